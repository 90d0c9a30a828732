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

// One letter leads to a control that is marked with it; j and k walk the rows of a list.
function walk(by) {
  const rows = [...document.querySelectorAll("[data-step]")];
  const next = rows[rows.indexOf(document.activeElement) + by] ?? rows[by > 0 ? 0 : rows.length - 1];
  next?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "j" || event.key === "k") return walk(event.key === "j" ? 1 : -1);
  const marked = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  const control = marked?.matches("input, textarea, select, button, a") ? marked : marked?.querySelector("input, textarea, select");
  if (!control) return;
  event.preventDefault();
  control.focus();
});

// Page size and other selects that only mean "go": marked, and submitted at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

root.addEventListener("themechange", showTheme);
showTheme();
document.querySelector("[data-focus-first]")?.focus();
