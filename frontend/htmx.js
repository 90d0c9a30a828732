// The whole configuration of htmx stands in <meta name="htmx-config">, see document.html.
import htmx from "htmx.org";

window.htmx = htmx;

const announcer = () => document.getElementById("announcer");

// Filters leave empty fields out, so that an address says only what was chosen.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  for (const [name, value] of [...detail.formData.entries()]) {
    if (value === "") detail.formData.delete(name);
  }
});

// A session that ended answers with the sign-in page: show it whole, not inside a list.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const from = new URL(requestConfig.path, location.href).pathname;
  const to = new URL(xhr.responseURL || from, location.href).pathname;
  if (from !== to && to.startsWith(document.body.dataset.login)) {
    event.preventDefault();
    location.reload();
  }
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const said = detail.elt.querySelector?.("[data-announce]");
  if (said && announcer()) announcer().textContent = said.textContent.trim();
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    document.getElementById("request-failed")?.removeAttribute("hidden");
  });
}
document.addEventListener("htmx:beforeRequest", () => {
  document.getElementById("request-failed")?.setAttribute("hidden", "");
});

// Heads and pagers inside #results swap only that region; without JavaScript they are plain links.
document.addEventListener("click", (event) => {
  const link = event.target.closest("#results .ch-sort, #results .ch-pager a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const swap = { target: "#results", select: "#results", swap: "outerHTML", push: "true" };
  htmx.ajax("get", link.getAttribute("href"), { ...swap, source: link });
});

// A passkey that was cancelled or refused must not fail in silence.
document.addEventListener("allauth.error", () => {
  document.getElementById("passkey-failed")?.removeAttribute("hidden");
});
