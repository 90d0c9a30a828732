// Draws every <div data-chart="ID"> from the Vega-Lite spec in <script type="application/json" id="ID">.
// Expressions are interpreted, never compiled: the content security policy forbids eval.
import embed from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import { themeConfig } from "./chart-theme.js";

const views = new Map();
const root = document.documentElement;

function options() {
  return {
    ast: true,
    expr: expressionInterpreter,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    actions: false,
    renderer: "svg",
    config: themeConfig(),
  };
}

function specOf(element) {
  const spec = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  return { width: "container", autosize: { type: "fit-x", contains: "padding" }, ...spec };
}

async function draw(element) {
  views.get(element)?.finalize();
  const result = await embed(element, specOf(element), options());
  views.set(element, result);
  // The figure's own name stands on the element; the drawing inside is one image, not a tree.
  element.querySelector("svg")?.setAttribute("aria-hidden", "true");
}

function forgetRemoved() {
  for (const [element, result] of views) {
    if (element.isConnected) continue;
    result.finalize();
    views.delete(element);
  }
}

function drawAll() {
  forgetRemoved();
  for (const element of document.querySelectorAll("[data-chart]")) {
    draw(element).catch((error) => {
      console.error(error);
      element.textContent = element.dataset.failed;
    });
  }
}

root.addEventListener("themechange", drawAll);
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.elt.querySelector?.("[data-chart]")) drawAll();
});
drawAll();
