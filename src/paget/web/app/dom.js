// Elements and answers of the server; text is only ever set as text, so nothing that is shown can become markup.
"use strict";

const main = document.getElementById("main");
const words = (name) => String(name).replaceAll("_", " ");
const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(0)} %`);

function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...content.flat(Infinity).filter((each) => each !== null && each !== undefined));
  return element;
}

function show(title, ...content) {
  document.title = `${title} - Paget`;
  main.replaceChildren(make("h2", {}, title), ...content.flat(Infinity).filter(Boolean));
}

function tell(text) {
  document.getElementById("told").textContent = text;
}

class Problem extends Error {}

async function ask(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Problem("The server does not answer. Is `paget app` still running?");
  }
  const told = await answer.json();
  if (!answer.ok) throw new Problem(told.message ?? answer.statusText);
  return told;
}

const problem = (error) => make("div", { class: "problem", role: "alert" }, error.message);

// Run a function and show its error beside whatever asked for it.
function trying(place, work) {
  return async (event) => {
    event?.preventDefault();
    place.replaceChildren();
    try {
      await work(event);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      place.replaceChildren(problem(error));
    }
  };
}

function field(label, input, note = "") {
  return make("label", {}, label, input, note ? make("small", { class: "note" }, note) : null);
}

function select(name, options, chosen = "") {
  return make("select", { name }, options.map(([value, text]) => make("option", { value, selected: value === chosen }, text)));
}

function grid(heads, rows, caption) {
  const top = make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)));
  const body = rows.map((row) => make("tr", {}, row.map((cell, at) => make(at ? "td" : "th", at ? {} : { scope: "row" }, cell))));
  const table = make("table", { class: "data" }, make("caption", {}, caption), make("thead", {}, top), make("tbody", {}, body));
  return make("div", { class: "wide", tabindex: 0, role: "region", "aria-label": caption }, table);
}

function frame(src, title) {
  return make("iframe", { src, title, sandbox: "allow-scripts allow-modals allow-popups" });
}

// A value of any shape in words.
function plain(value) {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object") return String(value);
  const parts = Array.isArray(value) ? value.map(plain) : Object.entries(value).map(([key, each]) => `${words(key)} ${plain(each)}`);
  return parts.join(Array.isArray(value) ? "; " : ", ") || "none";
}

const upper = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

function number(value) {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e6 || size < 1e-3) ? value.toExponential(2) : value.toFixed(size < 10 ? 2 : 1);
}

// Look at a job until it is over, or until the reader has gone elsewhere.
async function follow(id, seen) {
  const place = location.hash;
  for (;;) {
    const job = await ask("GET", `/api/jobs/${id}`);
    seen(job);
    if (["done", "failed", "cancelled"].includes(job.state) || location.hash !== place) return job;
    await new Promise((later) => setTimeout(later, 400));
  }
}
