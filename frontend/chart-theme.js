// Chart colours come from the page's own CSS variables, so a chart follows light and dark.
const PALETTE = ["primary", "orange", "teal", "purple", "yellow", "red", "cyan", "lime"];

// The variables hold light-dark() and oklch(): paint one pixel to get what d3 understands.
function rgb(color, pen) {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${r}, ${g}, ${b}, ${a / 255})`;
}

function resolver() {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const probe = document.body.appendChild(document.createElement("span"));
  const css = (name) => {
    probe.style.color = `var(--tblr-${name})`;
    return rgb(getComputedStyle(probe).color, pen);
  };
  return { css, done: () => probe.remove() };
}

function configOf(css) {
  const [text, line, ink, primary] = ["secondary", "border-color", "body-color", "primary"].map(css);
  const label = { labelColor: text, titleColor: text, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500 };
  return {
    background: "transparent",
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: "transparent" },
    axis: { ...label, gridColor: line, domainColor: line, tickColor: line },
    axisX: { grid: false },
    legend: { ...label, orient: "top", title: null },
    title: { color: ink, fontSize: 13, fontWeight: 500, anchor: "start" },
    header: label,
    mark: { color: primary },
    bar: { color: primary, cornerRadiusEnd: 2 },
    line: { color: primary, strokeWidth: 2 },
    rule: { color: text },
    text: { color: ink },
    range: { category: PALETTE.map(css) },
  };
}

export function themeConfig() {
  const { css, done } = resolver();
  const config = configOf(css);
  done();
  return config;
}
