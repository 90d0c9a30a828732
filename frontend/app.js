import "@tabler/core/dist/js/tabler.esm.js";
import "./htmx.js";
import "./confirm.js";
import "./controls.js";
