const root = document.documentElement;

function showTheme() {
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    const on = button.dataset.themeSet === root.dataset.themeChoice;
    button.setAttribute("aria-pressed", on);
    button.classList.toggle("active", on);
  }
}

// Escape closes menus made of <details>; so does a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-theme-set]");
  if (theme) window.channelhubTheme(theme.dataset.themeSet);
  if (event.target.closest("[data-print]")) window.print();
  closeMenus(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelector("details[data-menu][open] > summary")?.focus();
  closeMenus(null);
});

// Page size and other selects that only mean "go": marked, and submitted at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

root.addEventListener("themechange", showTheme);
showTheme();
document.querySelector("[data-focus-first]")?.focus();
