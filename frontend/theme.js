// Runs in <head> before the first paint, so that a dark page never flashes white.
const KEY = "channelhub-theme";
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");

function stored() {
  try {
    return localStorage.getItem(KEY) || "auto";
  } catch {
    return "auto";
  }
}

function remember(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Private windows may refuse storage: the choice then lasts for this page.
  }
}

function apply(theme) {
  const dark = theme === "dark" || (theme === "auto" && system.matches);
  root.dataset.bsTheme = dark ? "dark" : "light";
  root.dataset.themeChoice = theme;
  root.dispatchEvent(new CustomEvent("themechange"));
}

root.classList.add("js");
apply(stored());
system.addEventListener("change", () => apply(stored()));
window.channelhubTheme = (theme) => {
  remember(theme);
  apply(theme);
};
