// The patient view: what happened and what was known of one patient, on one time line, with a map of the body.
// A module without dependencies in the protocol of anywidget: the same file serves notebooks, the report and any page.
// Whoever hosts it hands over a model whose `get("data")` is what `paget.plots.patient_data` returns.

const SVG = "http://www.w3.org/2000/svg";
const TRUTH = "#8C1D40";
const KNOWN = "#0B5FA5";
const LEAST_RADIUS = 1.7;
const PLAY_SECONDS = 14;
const GOALS = { cure: "#2F6F8F", control: "#C79A00", comfort: "#7A6A8F" };
const PHASES = {
  neoadjuvant: "#2F6F8F", local: "#1F3F66", adjuvant: "#4F8FB5", systemic: "#0B5FA5", maintenance: "#7FA9CF",
  supportive: "#8A8193", watching: "#B8B8B8", surveillance: "#B8B8B8",
};

function make(tag, attributes = {}, ...children) {
  const svg = "svg g path line rect circle text title polyline polygon".split(" ").includes(tag);
  const node = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const several = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

function numberWords(cells) {
  if (cells < 1e6) return several(Math.max(1, Number(cells.toPrecision(2))), "cell", "cells");
  const names = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]];
  const [size, name] = names.find(([least]) => cells >= least);
  return `${Number((cells / size).toPrecision(2))} ${name} cells`;
}

function sizeWords(mm) {
  if (mm < 0.095) return "under 0.1 mm";
  return mm < 9.95 ? `${mm.toFixed(1)} mm` : `${mm.toFixed(0)} mm`;
}

// Where `day` lies among rising days: the index before it and the share of the way to the next.
function between(days, day) {
  if (day <= days[0]) return [0, 0];
  let low = 0;
  let high = days.length - 1;
  if (day >= days[high]) return [high, 0];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (days[middle] <= day) low = middle;
    else high = middle;
  }
  return [low, (day - days[low]) / (days[high] - days[low])];
}

// The logarithm of cells on a day, or -1; a line that begins or ends between two days is taken at its nearer end.
function logAt(log, at) {
  const [low, share] = at;
  const here = log[low];
  const next = log[Math.min(low + 1, log.length - 1)];
  if (here < 0 || share === 0) return here / (here < 0 ? 1 : 100);
  return (next < 0 ? here : here + (next - here) * share) / 100;
}

class View {
  constructor(data, el) {
    this.data = data;
    // A page may hold this module more than once, so a count of its own would not tell views apart.
    this.number = Math.random().toString(36).slice(2, 9);
    this.last = Math.max(...data.arms.map((arm) => arm.end));
    this.domain = [0, this.last];
    const first = data.arms[0];
    const firstFound = Math.min(...data.arms.map((arm) => arm.symptom ?? arm.diagnosis ?? Infinity));
    this.found = Number.isFinite(firstFound) ? Math.max(0, firstFound - 90) : null;
    if (this.found !== null && this.last - this.found < 60) this.found = null;
    this.day = clamp(first.diagnosis ?? first.end * 0.8, 0, first.end);
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.playing = 0;
    this.root = make("section", { class: "pgv", "aria-label": `${data.title}: what happened and what was known` });
    el.replaceChildren(this.root);
    this.build();
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(this.root);
    this.layout();
  }

  remove() {
    this.stop();
    this.observer.disconnect();
    this.root.remove();
  }

  // ---- words -------------------------------------------------------------------------------------------------

  age(day) {
    return this.data.onsetYear + day / this.data.yearDay;
  }

  millimetres(log) {
    return 10 * Math.cbrt((6 * 10 ** log) / (Math.PI * this.data.density));
  }

  logOf(mm) {
    return Math.log10(this.data.density * (Math.PI / 6) * (mm / 10) ** 3);
  }

  since(arm, day) {
    if (arm.diagnosis === null) return "";
    const away = day - arm.diagnosis;
    const many = Math.abs(away);
    const span = many < 60 ? several(Math.round(many), "day", "days")
      : many < 730 ? several(Math.round(many / 30.44), "month", "months")
        : `${(many / this.data.yearDay).toFixed(1)} years`;
    if (many < 0.5) return "on the day of the diagnosis";
    return `${span} ${away < 0 ? "before" : "after"} the diagnosis`;
  }

  lesionWords(arm, lesion, log) {
    const mm = this.millimetres(log);
    const from = lesion.primary ? "the primary tumour"
      : `seeded at age ${this.age(lesion.founded).toFixed(1)}${lesion.parent ? ` by ${lesion.parent}` : ""}`
        + `${{ blood: " through the blood", lymph: " through lymph", cavity: " across the body cavity" }[lesion.route]}`
        + `${lesion.woken ? ", and slept before it grew" : ""}`;
    const known = lesion.seen === null ? "never seen by an examination"
      : this.day >= lesion.seen ? `first seen at age ${this.age(lesion.seen).toFixed(1)}`
        : `not seen yet; it will be at age ${this.age(lesion.seen).toFixed(1)}`;
    return [
      `${lesion.name}${lesion.primary ? " (primary)" : ""}`,
      `${sizeWords(mm)}, about ${numberWords(10 ** log)}`,
      upper(from),
      `Clone: ${lesion.drivers.length ? lesion.drivers.join(", ") : "no driver"}`,
      upper(known),
    ];
  }

  // ---- the page ----------------------------------------------------------------------------------------------

  build() {
    const { data } = this;
    const two = data.arms.length > 1;
    this.root.classList.toggle("pgv-two", two);
    const head = make("header", { class: "pgv-head" }, make("h2", {}, data.title));
    head.append(make("p", {}, two ? this.difference() : `${upper(data.arms[0].care)}; ${data.arms[0].outcome}.`));
    this.tip = make("div", { class: "pgv-tip", role: "tooltip", id: `pgv-tip-${this.number}`, hidden: true });
    this.panels = data.arms.map((arm, number) => this.panel(arm, number));
    const stage = make("div", { class: "pgv-stage" }, ...this.panels.map((panel) => panel.node));
    this.root.append(head, this.controls(), stage, this.legend(), this.stories(), this.tip);
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.hideTip());
  }

  difference() {
    const [one, other] = this.data.arms;
    const away = one.end - other.end;
    const many = Math.abs(away);
    const span = many < 730 ? several(Math.round(many / 30.44), "month", "months")
      : `${(many / this.data.yearDay).toFixed(1)} years`;
    const lives = this.data.arms.map((arm) => `${arm.care}, ${arm.outcome}`).join("; under ");
    const longer = many < 15 ? "The two lives end at about the same time."
      : `The life under ${(away > 0 ? one : other).care} is ${span} longer.`;
    return `The same patient under two policies: under ${lives}. ${longer}`;
  }

  controls() {
    this.slider = make("input", {
      type: "range", class: "pgv-slider", "aria-label": "Time in this patient's life", min: 0, max: Math.ceil(this.last),
    });
    this.slider.addEventListener("input", () => {
      this.stop();
      this.go(Number(this.slider.value));
    });
    this.button = make("button", { type: "button", class: "pgv-play" });
    this.button.addEventListener("click", () => (this.playing ? this.stop() : this.play()));
    this.now = make("output", { class: "pgv-now" });
    const zoom = make("div", { class: "pgv-zoom", role: "group", "aria-label": "Span of time shown" });
    const spans = [["Whole course", 0]];
    if (this.found !== null) spans.push(["From the first symptom", this.found]);
    this.zooms = spans.map(([words, from]) => {
      const button = make("button", { type: "button", "aria-pressed": String(from === 0) }, words);
      button.addEventListener("click", () => this.zoom(from));
      button.from = from;
      return button;
    });
    if (spans.length > 1) zoom.append(...this.zooms);
    this.named();
    return make("div", { class: "pgv-controls" }, this.button, this.slider, this.now, zoom);
  }

  named() {
    this.button.textContent = this.playing ? "❚❚" : "▶";
    this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
  }

  legend() {
    const dot = (known) => {
      const mark = make("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" });
      mark.append(make("circle", { cx: 10, cy: 10, r: 5.5, fill: TRUTH, stroke: "#fff", "stroke-width": 1.2 }));
      if (known) mark.append(make("circle", { cx: 10, cy: 10, r: 8, fill: "none", stroke: KNOWN, "stroke-width": 2.4 }));
      return mark;
    };
    return make("p", { class: "pgv-legend" },
      make("span", {}, dot(false), "a lesion nobody knows of"), make("span", {}, dot(true), "a lesion an examination has shown"),
      make("span", {}, "Lesions are drawn to scale; those under 5 mm as dots."), this.responses());
  }

  responses() {
    const given = new Set(this.data.arms.flatMap((arm) => arm.visits.map((visit) => visit.response)));
    const found = Object.entries(this.data.responses).filter(([name]) => given.has(name));
    const line = make("span", { class: "pgv-responses" }, found.length ? "Response:" : "");
    found.forEach(([name, [colour, words]]) => {
      line.append(make("span", {}, make("i", { style: `background:${colour}` }), `${name} ${words.replace(/ (response|disease)$/, "")}`));
    });
    return found.length ? line : null;
  }

  panel(arm, number) {
    const { data } = this;
    const ident = `pgv-${this.number}-${number}`;
    const [width, height] = data.size;
    const map = make("svg", {
      viewBox: `0 0 ${width} ${height}`, class: "pgv-map", role: "group", "aria-label": "Body map; arrow keys go through its lesions",
    });
    // The drawing is this package's own, so it may be set in as it is.
    map.innerHTML = data.body.split(data.ident).join(ident);
    const dots = make("g", { class: "pgv-dots" });
    map.append(dots);
    const panel = { arm, map, dots, lesions: [], charts: make("div", { class: "pgv-charts" }) };
    [...arm.lesions].sort((a, b) => Math.max(...b.log) - Math.max(...a.log)).forEach((lesion) => {
      const node = make("g", { class: "pgv-lesion", tabindex: -1, role: "img", "data-lesion": lesion.id });
      const ring = make("circle", { cx: lesion.x, cy: lesion.y, fill: "none", stroke: KNOWN, "stroke-width": 2.2 });
      const body = make("circle", { cx: lesion.x, cy: lesion.y, fill: TRUTH, "fill-opacity": 0.88, stroke: "#fff", "stroke-width": 0.9 });
      const wide = make("circle", { cx: lesion.x, cy: lesion.y, r: 9, fill: "transparent" });
      node.append(wide, ring, body);
      const one = { lesion, node, ring, body, wide, log: -1 };
      node.addEventListener("pointerenter", () => this.showTip(panel, one));
      node.addEventListener("pointerleave", () => document.activeElement !== node && this.hideTip());
      node.addEventListener("click", () => this.showTip(panel, one));
      node.addEventListener("focus", () => this.showTip(panel, one));
      node.addEventListener("blur", () => this.hideTip());
      panel.lesions.push(one);
      dots.append(node);
    });
    dots.addEventListener("keydown", (event) => this.walk(event, panel));
    panel.state = make("p", { class: "pgv-state", "aria-live": "off" });
    const title = data.arms.length > 1
      ? make("h3", {}, `${upper(arm.care)}: ${arm.outcome}`) : null;
    const figure = make("figure", { class: "pgv-figure" }, map, make("figcaption", {}, panel.state));
    panel.node = make("div", { class: "pgv-panel" }, title, make("div", { class: "pgv-pair" }, figure, panel.charts));
    return panel;
  }

  stories() {
    this.items = [];
    const lists = this.data.arms.map((arm) => {
      const list = make("ol", { class: "pgv-story", "aria-label": `The story under ${arm.care}` });
      arm.story.forEach((event) => {
        const button = make("button", { type: "button", class: event.known ? "pgv-known" : "pgv-truth" },
          make("span", { class: "pgv-age" }, this.age(event.day).toFixed(1)),
          make("span", { class: "pgv-lane" }, event.known ? "known" : "hidden"), make("span", {}, event.text));
        button.addEventListener("click", () => {
          this.stop();
          this.go(event.day);
        });
        const item = make("li", {}, button);
        this.items.push({ event, item, button });
        list.append(item);
      });
      const title = this.data.arms.length > 1 ? `The story under ${arm.care}` : "The story, by age";
      return make("div", {}, make("h3", {}, title), list);
    });
    return make("div", { class: "pgv-stories" }, ...lists);
  }

  // ---- the charts --------------------------------------------------------------------------------------------

  layout() {
    const width = this.root.clientWidth;
    if (!width || width === this.width) return;
    this.width = width;
    this.root.classList.toggle("pgv-narrow", width < 760);
    this.draw();
  }

  draw() {
    this.panels.forEach((panel) => this.chart(panel));
    // The last step reaches the end: the slider goes on by whole steps from its start.
    const step = Math.max(1, Math.round((this.domain[1] - this.domain[0]) / 250));
    const first = Math.floor(this.domain[0]);
    this.slider.min = first;
    this.slider.max = first + Math.ceil((this.domain[1] - first) / step) * step;
    this.slider.step = step;
    this.go(this.day);
  }

  zoom(from) {
    this.stop();
    this.domain = [from, this.last];
    this.zooms.forEach((button) => button.setAttribute("aria-pressed", String(button.from === from)));
    this.day = clamp(this.day, from, this.last);
    this.draw();
  }

  chart(panel) {
    const width = Math.max(240, panel.charts.clientWidth || this.width - 20);
    const right = 112;
    const left = 56;
    const x = (day) => left + ((day - this.domain[0]) / (this.domain[1] - this.domain[0])) * (width - left - right);
    panel.x = x;
    panel.cursors = [];
    const truth = this.truth(panel, width, left, right, x);
    const record = this.record(panel, width, left, right, x);
    const under = this.panels.length > 1 ? ` under ${panel.arm.care}` : "";
    panel.charts.replaceChildren(
      make("h4", { class: "pgv-what" }, make("b", {}, `What happened${under}`), " living cancer cells by organ"), truth,
      make("h4", { class: "pgv-what pgv-record" }, make("b", {}, `What was known${under}`), " symptoms, care, response"), record,
    );
    for (const svg of [truth, record]) {
      const seek = (event) => {
        const box = svg.getBoundingClientRect();
        const at = ((event.clientX - box.left) / box.width) * width;
        const day = this.domain[0] + ((at - left) / (width - left - right)) * (this.domain[1] - this.domain[0]);
        this.stop();
        this.go(clamp(day, ...this.domain));
      };
      svg.addEventListener("pointerdown", seek);
      svg.addEventListener("pointermove", (event) => event.buttons === 1 && seek(event));
    }
  }

  frame(panel, width, height, label) {
    return make("svg", { class: "pgv-chart", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
  }

  cursor(panel, svg, top, bottom) {
    const line = make("line", { y1: top, y2: bottom, class: "pgv-cursor" });
    svg.append(line);
    panel.cursors.push(line);
  }

  axis(svg, x, y, width, right, left) {
    const [from, to] = this.domain;
    const span = (to - from) / this.data.yearDay;
    const room = (width - left - right) / 62;
    const step = [0.25, 0.5, 1, 2, 5, 10, 20].find((each) => span / each <= room) ?? 20;
    const first = Math.ceil(this.age(from) / step) * step;
    for (let age = first; age <= this.age(to); age += step) {
      const at = x((age - this.data.onsetYear) * this.data.yearDay);
      svg.append(make("line", { x1: at, x2: at, y1: y, y2: y + 4, stroke: "#595959" }));
      svg.append(make("text", { x: at, y: y + 16, class: "pgv-tick", "text-anchor": "middle" },
        `${age === first ? "age " : ""}${step < 1 ? age.toFixed(step === 0.25 ? 2 : 1) : age.toFixed(0)}`));
    }
  }

  truth(panel, width, left, right, x) {
    const { arm } = panel;
    const [top, low] = [12, this.panels.length > 1 || this.width < 760 ? 232 : 290];
    const height = low + 24;
    const most = Math.max(9.5, ...this.data.arms.flatMap((one) => one.organs.map((each) => Math.max(...each.log) / 100))) + 0.3;
    const y = (log) => low - (log / most) * (low - top);
    const svg = this.frame(panel, width, height, `Living cancer cells by organ over time, on a logarithmic scale. ${arm.organs
      .slice(0, 4).map((each) => `${each.name} reaches ${sizeWords(this.millimetres(Math.max(...each.log) / 100))}`).join("; ")}.`);
    const ticks = [[0, "1 cell"], ...[0.1, 1, 10, 100].map((mm) => [this.logOf(mm), mm < 10 ? `${mm} mm` : `${mm / 10} cm`])];
    ticks.filter(([log]) => log <= most).forEach(([log, words]) => {
      svg.append(make("line", { x1: left, x2: width - right, y1: y(log), y2: y(log), stroke: "#E4E0DC" }));
      svg.append(make("text", { x: left - 5, y: y(log) + 4, class: "pgv-tick", "text-anchor": "end" }, words));
    });
    const seen = y(this.logOf(this.data.seenMm));
    svg.append(make("line", { x1: left, x2: width - right, y1: seen, y2: seen, stroke: KNOWN, "stroke-dasharray": "5 4" }));
    const inside = make("g", { "clip-path": `url(#pgv-clip-${this.number}-${this.panels.indexOf(panel)})` });
    const clip = document.createElementNS(SVG, "clipPath");
    clip.id = `pgv-clip-${this.number}-${this.panels.indexOf(panel)}`;
    clip.append(make("rect", { x: left, y: 0, width: width - right - left + 1, height }));
    svg.append(clip, inside);
    const colours = Object.fromEntries(arm.organs.map((each) => [each.organ, each.colour]));
    arm.lesions.forEach((lesion) => {
      const colour = colours[lesion.primary ? "primary" : lesion.organ];
      inside.append(this.line(arm, lesion.log, x, y, { stroke: colour, "stroke-width": 1, "stroke-opacity": 0.28 }));
    });
    const asleep = arm.asleep.map((cells) => (cells >= 1 ? Math.round(100 * Math.log10(cells)) : -1));
    inside.append(this.line(arm, asleep, x, y, { stroke: "#6B7280", "stroke-width": 1.6, "stroke-dasharray": "2 3" }));
    arm.organs.forEach((each) => {
      inside.append(this.line(arm, each.log, x, y, { stroke: each.colour, "stroke-width": each.organ === "primary" ? 2.8 : 2.2 }));
    });
    svg.append(make("text", { x: left + 3, y: seen - 4, class: "pgv-guide" }, `${this.data.seenMm} mm: a scan can show it`));
    this.ends(svg, arm, asleep, x, y, width - right, low);
    svg.append(make("line", { x1: left, x2: width - right, y1: low, y2: low, stroke: "#595959" }));
    this.axis(svg, x, low, width, right, left);
    this.cursor(panel, svg, 4, low);
    return svg;
  }

  line(arm, log, x, y, attributes) {
    let path = "";
    log.forEach((value, k) => {
      if (value < 0) return;
      path += `${k === 0 || log[k - 1] < 0 ? "M" : "L"}${x(arm.days[k]).toFixed(1)} ${y(value / 100).toFixed(1)}`;
    });
    return make("path", { d: path, fill: "none", "stroke-linejoin": "round", ...attributes });
  }

  // Names at the ends of lines, moved apart.
  ends(svg, arm, asleep, x, y, edge, low) {
    const named = arm.organs.filter((each) => Math.max(...each.log) >= 400).slice(0, 8)
      .map((each) => ({ name: each.name, ink: each.ink, log: each.log }));
    if (Math.max(...asleep) > 0) named.push({ name: "Asleep", ink: "#4B5563", log: asleep });
    const labels = named.map((each) => {
      let k = each.log.length - 1;
      while (k > 0 && each.log[k] < 0) k -= 1;
      const ended = k < each.log.length - 1;
      if (ended) k = each.log.indexOf(Math.max(...each.log));
      return { ...each, ended, day: arm.days[k], x: x(arm.days[k]), y: y(each.log[k] / 100) };
    }).filter((each) => each.day >= this.domain[0]).sort((a, b) => a.y - b.y);
    const gone = labels.filter((each) => each.ended);
    gone.forEach((each) => {
      const after = each.x < x(this.domain[0]) + 70;
      svg.append(make("text", {
        x: each.x + (after ? 5 : -3), y: each.y - 5, "text-anchor": after ? "start" : "end", class: "pgv-end", fill: each.ink,
      }, each.name));
      labels.splice(labels.indexOf(each), 1);
    });
    let floor = 0;
    labels.forEach((each) => {
      each.at = Math.max(each.y, floor);
      floor = each.at + 14;
    });
    for (let k = labels.length - 1, roof = low; k >= 0; k -= 1) {
      labels[k].at = Math.min(labels[k].at, roof);
      roof = labels[k].at - 14;
    }
    labels.forEach((each) => {
      svg.append(make("path", {
        d: `M${each.x + 2} ${each.y}L${edge + 6} ${each.at}`, stroke: each.ink, "stroke-opacity": 0.6, fill: "none",
      }));
      svg.append(make("text", { x: edge + 9, y: each.at + 4, class: "pgv-end", fill: each.ink }, each.name));
    });
  }

  record(panel, width, left, right, x) {
    const { arm } = panel;
    const rows = this.packed(arm, x, width - right);
    const lane = 17;
    const marks = 44;
    const bands = marks + 34;
    const after = bands + rows.length * lane + 8;
    const low = after + 40;
    const svg = this.frame(panel, width, low + 24, this.recordWords(arm));
    const label = (words, y) => svg.append(make("text", { x: width - right + 9, y, class: "pgv-lanename" }, words));
    const inside = (from, to) => to >= this.domain[0] && from <= this.domain[1];
    if (arm.diagnosis === null && arm.symptom === null) {
      svg.append(make("text", { x: left + 6, y: 30, class: "pgv-mark" }, arm.dead ? "Nothing was known until death." : "Nothing is known yet."));
    }
    const spots = [];
    if (arm.symptom !== null) spots.push([arm.symptom, "symptom", ["first symptom", "symptom"]]);
    if (arm.diagnosis !== null) spots.push([arm.diagnosis, "diagnosis", [`found: stage ${arm.stage}`, `stage ${arm.stage}`]]);
    spots.filter(([day]) => inside(day, day)).forEach(([day, kind, said]) => {
      const k = kind === "symptom" ? 0 : 1;
      const at = x(day);
      const stop = Math.min(width - right, x(arm.end));
      const room = (text) => text.length * 7.6 + 12;
      const words = said.find((text) => at + room(text) < stop || at > room(text)) ?? said[1];
      const end = at + room(words) >= stop && at > room(words);
      svg.append(make("line", { x1: at, x2: at, y1: 8 + k * 15, y2: low, stroke: KNOWN, "stroke-opacity": 0.3 }));
      svg.append(kind === "symptom" ? make("circle", { cx: at, cy: 12, r: 4.5, fill: "#fff", stroke: KNOWN, "stroke-width": 2 })
        : make("rect", { x: at - 4.5, y: 22.5, width: 9, height: 9, fill: KNOWN, transform: `rotate(45 ${at} 27)` }));
      svg.append(make("text", { x: end ? at - 9 : at + 9, y: 16 + k * 15, "text-anchor": end ? "end" : "start", class: "pgv-mark" }, words));
    });
    label("found", 20);
    arm.goals.filter((goal) => inside(goal.start, goal.end)).forEach((goal) => {
      const from = Math.max(x(goal.start), left);
      const wide = Math.max(2, x(goal.end) - from);
      svg.append(make("rect", { x: from, y: marks, width: wide, height: 15, fill: GOALS[goal.goal] ?? "#888", "fill-opacity": 0.22 }));
      svg.append(make("rect", { x: from, y: marks, width: wide, height: 3, fill: GOALS[goal.goal] ?? "#888" }));
      if (wide > 46) svg.append(make("text", { x: from + 4, y: marks + 13, class: "pgv-small" }, goal.goal));
    });
    if (arm.goals.length) label("goal of care", marks + 12);
    if (rows.length) label("treatment", bands + 8);
    rows.forEach((row, k) => row.forEach((band) => {
      const top = bands + k * lane - 4;
      const node = make("g", {}, make("title", {}, `${upper(band.name)}, age ${this.age(band.start).toFixed(1)} to ${this.age(band.end ?? arm.end).toFixed(1)}`
        + `${band.line ? `, line ${band.line}` : ""}${band.best ? `, best response ${band.best}` : ""}${band.stopped ? `, ${band.stopped}` : ""}`));
      node.append(make("rect", { x: band.from, y: top, width: Math.max(3, band.to - band.from), height: 12, rx: 2, fill: PHASES[band.phase] ?? KNOWN }));
      const fits = band.to - band.from > band.name.length * 6.2 + 9;
      node.append(make("text", {
        x: fits ? band.from + 4 : band.before ? band.from - 4 : band.to + 4, y: top + 10, "text-anchor": band.before ? "end" : "start",
        class: fits ? "pgv-on" : "pgv-small",
      }, band.name));
      svg.append(node);
    }));
    const scans = arm.visits.filter((visit) => visit.response && inside(visit.day, visit.day));
    if (scans.length) label("response", after + 9);
    let lastWords = -99;
    scans.forEach((visit) => {
      const [colour, words] = this.data.responses[visit.response];
      const at = x(visit.day);
      svg.append(make("g", {}, make("title", {}, `Age ${this.age(visit.day).toFixed(1)}: ${words}${visit.new ? ", new lesions" : ""}`
        + `${visit.mm === null ? "" : `, targets ${visit.mm} mm in sum`}`),
      make("rect", { x: at - 4, y: after, width: 8, height: 10, rx: 1.5, fill: colour })));
      if (at - lastWords > 21) {
        svg.append(make("text", { x: at, y: after + 21, "text-anchor": "middle", class: "pgv-small" }, visit.response));
        lastWords = at;
      }
    });
    arm.toxicities.filter((each) => inside(each.day, each.day)).forEach((each) => {
      const at = x(each.day);
      svg.append(make("polygon", { points: `${at},${after + 26} ${at + 5},${after + 35} ${at - 5},${after + 35}`, fill: "#B3541E" },
        make("title", {}, `Age ${this.age(each.day).toFixed(1)}: ${each.name} of grade ${each.grade}, by ${each.by}`)));
    });
    if (arm.toxicities.length) label("severe toxicity", after + 35);
    const end = x(arm.end);
    svg.append(make("line", { x1: end, x2: end, y1: 4, y2: low, stroke: "#1A1A1A", "stroke-width": 1.4 }));
    svg.append(make("text", { x: width - right + 9, y: low + 16, class: "pgv-small pgv-dark" },
      `${arm.dead ? "death" : "end"} at ${this.age(arm.end).toFixed(1)}`));
    svg.append(make("line", { x1: left, x2: width - right, y1: low, y2: low, stroke: "#595959" }));
    this.axis(svg, x, low, width, right, left);
    this.cursor(panel, svg, 4, low);
    return svg;
  }

  recordWords(arm) {
    const lines = arm.story.filter((event) => event.known).map((event) => `age ${this.age(event.day).toFixed(1)}: ${event.text}`);
    return `What was known, over time. ${lines.join(" ")}`;
  }

  // Treatments in as few rows as keep bands and their names apart.
  packed(arm, x, edge) {
    const rows = [];
    arm.bands.filter((band) => (band.end ?? arm.end) >= this.domain[0] && band.start <= this.domain[1]).forEach((band) => {
      const from = Math.max(x(band.start), x(this.domain[0]));
      const to = Math.max(x(band.end ?? arm.end), from + 3);
      const words = band.name.length * 6.2 + 9;
      const before = to - from < words && to + words > edge + 6;
      const start = before ? from - words : from;
      let row = rows.find((each) => each.until <= start);
      if (!row) {
        row = [];
        rows.push(row);
      }
      row.until = to - from > words || before ? to + 3 : to + words;
      row.push({ ...band, from, to, before });
    });
    return rows;
  }

  // ---- time --------------------------------------------------------------------------------------------------

  go(day) {
    this.day = clamp(day, this.domain[0], this.domain[1]);
    this.slider.value = this.day;
    const words = [`age ${this.age(this.day).toFixed(1)}`, this.since(this.data.arms[0], this.day)].filter(Boolean).join(", ");
    this.now.textContent = words;
    this.panels.forEach((panel) => this.show(panel));
    const states = this.panels.map((panel) => panel.state.textContent).join(" ");
    this.slider.setAttribute("aria-valuetext", `${words}. ${states}`);
    const current = new Map();
    this.items.forEach((each) => {
      const list = each.item.parentElement;
      const past = each.event.day <= this.day + 0.05;
      each.item.classList.toggle("pgv-past", past);
      each.button.removeAttribute("aria-current");
      if (past && each.event.day >= (current.get(list)?.event.day ?? -Infinity)) current.set(list, each);
    });
    current.forEach(({ item, button }, list) => {
      button.setAttribute("aria-current", "time");
      // The list moves within itself; the page stays where it is.
      list.scrollTop = Math.max(0, item.offsetTop - list.offsetTop - list.clientHeight / 2);
    });
  }

  show(panel) {
    const { arm } = panel;
    const day = Math.min(this.day, arm.end);
    const at = between(arm.days, day);
    const over = this.day > arm.end + 0.5;
    let [there, known] = [0, 0];
    panel.lesions.forEach((one) => {
      const { lesion } = one;
      const log = day < lesion.founded ? -1 : logAt(lesion.log, at);
      one.log = log;
      const shown = log >= 0;
      one.node.style.display = shown ? "" : "none";
      if (!shown) return;
      const seen = lesion.seen !== null && day >= lesion.seen;
      there += 1;
      known += seen ? 1 : 0;
      const mm = this.millimetres(log);
      const radius = Math.max(LEAST_RADIUS, mm / 2 / this.data.mmPerUnit);
      one.body.setAttribute("r", radius.toFixed(2));
      one.body.setAttribute("fill-opacity", mm < 0.5 ? 0.6 : 0.88);
      one.body.setAttribute("stroke-width", mm < 0.5 ? 0.35 : 0.9);
      one.ring.setAttribute("r", (radius + 2.6).toFixed(2));
      one.ring.style.display = seen ? "" : "none";
      one.wide.setAttribute("r", Math.max(8, radius + 2).toFixed(2));
      one.node.setAttribute("aria-label", this.lesionWords(arm, lesion, log).join(". "));
    });
    this.rove(panel);
    panel.map.classList.toggle("pgv-over", over && arm.dead);
    const asleep = arm.asleep[at[0]];
    const where = arm.asleepIn.filter(([, cells]) => cells[at[0]] >= 1).map(([name]) => name).slice(0, 3);
    const others = arm.others[at[0]];
    const more = others ? `; ${several(others, "smaller one", "smaller ones")} not drawn` : "";
    const parts = over ? [arm.dead ? `Died at age ${this.age(arm.end).toFixed(1)}.` : "Not followed any longer."] : [
      there ? `${several(there, "lesion", "lesions")}, ${known ? `${known} known` : "none known"}${more}.` : "No lesion.",
      asleep >= 1 ? `About ${several(asleep, "cell", "cells")} asleep${where.length ? ` (${where.join(", ")})` : ""}.` : "",
    ];
    panel.state.textContent = parts.filter(Boolean).join(" ");
    panel.cursors?.forEach((line) => {
      const x = panel.x(this.day);
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
    });
    if (this.tipped && this.tipped.panel === panel) {
      if (this.tipped.one.log < 0) this.hideTip();
      else this.showTip(panel, this.tipped.one);
    }
  }

  play() {
    if (this.day >= this.domain[1] - 1) this.go(this.domain[0]);
    let then = performance.now();
    this.playing = 1;
    this.named();
    const events = [...new Set(this.items.map((each) => each.event.day))].sort((a, b) => a - b);
    const step = (now) => {
      if (!this.playing) return;
      if (this.still) {
        const next = events.find((day) => day > this.day + 0.5 && day > this.domain[0]);
        this.go(next ?? this.domain[1]);
      } else {
        this.go(this.day + ((now - then) / 1000 / PLAY_SECONDS) * (this.domain[1] - this.domain[0]));
        then = now;
      }
      if (this.day >= this.domain[1] - 0.5) this.stop();
      else this.timer = this.still ? setTimeout(() => step(performance.now()), 1500) : requestAnimationFrame(step);
    };
    this.timer = this.still ? setTimeout(() => step(performance.now()), 300) : requestAnimationFrame(step);
  }

  stop() {
    if (!this.playing) return;
    this.playing = 0;
    cancelAnimationFrame(this.timer);
    clearTimeout(this.timer);
    this.named();
  }

  // ---- lesions by keyboard, and what they are ----------------------------------------------------------------

  rove(panel) {
    const there = panel.lesions.filter((one) => one.log >= 0);
    const active = there.find((one) => one.node === document.activeElement) ?? there[0];
    panel.lesions.forEach((one) => one.node.setAttribute("tabindex", one === active ? 0 : -1));
  }

  walk(event, panel) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const there = panel.lesions.filter((one) => one.log >= 0);
    const here = there.findIndex((one) => one.node === document.activeElement);
    const next = there[(here + step + there.length) % there.length];
    panel.lesions.forEach((one) => one.node.setAttribute("tabindex", one === next ? 0 : -1));
    next.node.focus();
  }

  showTip(panel, one) {
    if (one.log < 0) return;
    this.tipped = { panel, one };
    const [name, ...lines] = this.lesionWords(panel.arm, one.lesion, one.log);
    this.tip.replaceChildren(make("b", {}, name), ...lines.map((line) => make("span", {}, line)));
    this.tip.hidden = false;
    const [box, spot] = [this.root.getBoundingClientRect(), one.body.getBoundingClientRect()];
    const left = clamp(spot.right - box.left + 10, 4, box.width - this.tip.offsetWidth - 4);
    const covers = left < spot.right - box.left;
    this.tip.style.left = `${left}px`;
    this.tip.style.top = `${covers ? spot.bottom - box.top + 8 : spot.top - box.top - 8}px`;
    one.node.setAttribute("aria-describedby", this.tip.id);
  }

  hideTip() {
    this.tipped?.one.node.removeAttribute("aria-describedby");
    this.tipped = null;
    this.tip.hidden = true;
  }
}

function render({ model, el }) {
  let view = new View(model.get("data"), el);
  const anew = () => {
    view.remove();
    view = new View(model.get("data"), el);
  };
  model.on?.("change:data", anew);
  return () => {
    model.off?.("change:data", anew);
    view.remove();
  };
}

export default { render };
