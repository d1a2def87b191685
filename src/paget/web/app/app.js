// The pages: runs and jobs, one run with its report, tables and patients, two runs compared, origin, map.

let offered = null;

async function choices() {
  offered ??= await ask("GET", "/api/choices");
  return offered;
}

const named = (names) => names.map((name) => [name, words(name)]);
const runPath = (run) => `/api/runs/${encodeURIComponent(run)}`;

function jobLine(job, again) {
  const bar = make("progress", { max: job.total, value: job.done, "aria-label": job.title });
  const line = make("li", {}, make("span", {}, job.title), bar, make("span", {}, `${job.state}, ${job.done.toLocaleString("en")} of ${job.total.toLocaleString("en")}`));
  if (job.state === "done" && job.result?.run) line.append(make("a", { href: `#/run/${job.result.run}` }, "Open"));
  if (job.error) line.append(problem(job.error));
  if (["waiting", "running"].includes(job.state)) {
    line.append(make("button", { class: "plain", type: "button", onclick: async () => { await ask("DELETE", `/api/jobs/${job.id}`); again(); } }, "Cancel"));
  }
  return line;
}

async function home() {
  const [offer, runs, jobs] = await Promise.all([choices(), ask("GET", "/api/runs"), ask("GET", "/api/jobs")]);
  const wrong = make("div", {});
  const form = make("form", { class: "ask", novalidate: true },
    field("Cancer", select("cancer", offer.cancers.map((each) => [each.id, each.name]), "colorectal")),
    field("Policy", select("care", named(offer.policies), "standard_of_care")),
    field("Screening", select("screening", [["", "none"], ...named(offer.screening)])),
    field("Patients", make("input", { name: "n", inputmode: "numeric", value: "1000" })),
    field("Seed", make("input", { name: "seed", inputmode: "numeric", value: "1" })),
    field("Years to follow", make("input", { name: "years", inputmode: "decimal", placeholder: "until death" })),
    make("button", { type: "submit" }, "Simulate"));
  const list = make("ul", { class: "jobs" });
  form.addEventListener("submit", trying(wrong, async () => {
    const given = Object.fromEntries(new FormData(form));
    const body = { cancer: given.cancer, care: given.care, n: whole(given.n), seed: whole(given.seed) };
    if (given.screening) body.screening = given.screening;
    if (given.years) body.years = Number.isNaN(Number(given.years)) ? given.years : Number(given.years);
    const job = await ask("POST", "/api/runs", body);
    tell(`Begun: ${job.title}`);
    const end = await watch(job.id);
    if (end.state === "done" && location.hash.replace("#/", "") === "") location.hash = `#/run/${end.result.run}`;
  }));
  const rows = runs.map((run) => [make("a", { href: `#/run/${run.run}` }, run.run), run.title, words(run.care), run.n.toLocaleString("en"), String(run.seed)]);
  show("Simulate a cohort", form, wrong, jobs.length ? make("h3", {}, "Jobs") : null, list,
    make("h3", {}, "Runs"), rows.length ? grid(["run", "cancer", "policy", "patients", "seed"], rows, "Finished runs of this folder") : make("p", {}, "None yet."));
  for (const job of jobs.toReversed()) watch(job.id);

  async function watch(id) {
    const line = make("li", {});
    list.prepend(line);
    return follow(id, (job) => line.replaceChildren(...jobLine(job, () => {}).childNodes));
  }
}

// A text that is no number goes to the server as it is, which says what is wrong with it.
function whole(text) {
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? text : value;
}

function tabs(run, current) {
  const all = [["report", "Report"], ["tables/patients", "Tables"], ["patient/0", "Patients"], ["made", "Provenance"]];
  return make("ul", { class: "tabs" }, all.map(([to, text]) => make("li", {}, make("a", { href: `#/run/${run}/${to}`, "aria-current": to.startsWith(current) ? "page" : null }, text))));
}

async function oneRun(run, view = "report", name = "", more = "") {
  if (view === "tables") return tables(run, name || "patients", Number(more));
  if (view === "patient") return patient(run, Number(name) || 0, more);
  const told = await ask("GET", runPath(run));
  if (view === "made") {
    const made = Object.entries(told.provenance).filter(([key]) => key !== "sources").map(([key, value]) => [words(key), plain(value)]);
    return show(told.title, tabs(run, "made"), make("p", {}, told.under), grid(["what", "value"], made, "What decides this result"));
  }
  const page = `/pages/runs/${encodeURIComponent(run)}/report.html`;
  const wait = make("p", { class: "note" }, "The report is being written.");
  const report = frame(page, "Report");
  report.addEventListener("load", () => wait.remove());
  return show(told.title, tabs(run, "report"),
    make("p", {}, make("a", { href: page, target: "_blank", rel: "noopener" }, "The report on a page of its own"), ", to print or send."), wait, report);
}

async function tables(run, table, offset) {
  const limit = 50;
  const told = await ask("GET", `${runPath(run)}/tables/${encodeURIComponent(table)}?offset=${offset}&limit=${limit}`);
  const all = ["patients", "lesions", "clones", "funnel", "findings", "tests", "treatments", "visits", "adverse_events"];
  const pick = select("table", named(all), table);
  pick.addEventListener("change", () => { location.hash = `#/run/${run}/tables/${pick.value}/0`; });
  const to = (start, text) => make("button", { class: "plain", type: "button", disabled: start < 0 || start >= told.total, onclick: () => { location.hash = `#/run/${run}/tables/${table}/${start}`; } }, text);
  const rows = told.rows.map((row) => told.columns.map((column) => (column === "patient" ? make("a", { href: `#/run/${run}/patient/${row.patient}` }, String(row.patient)) : number(row[column]))));
  const last = Math.min(offset + limit, told.total);
  show(`${upper(words(table))} of ${run}`, tabs(run, "tables"), make("div", { class: "turn" }, make("label", {}, "Table", pick), to(offset - limit, "Back"), to(offset + limit, "On"),
    make("span", {}, told.total ? `rows ${offset + 1} to ${last} of ${told.total.toLocaleString("en")}` : "no rows")), grid(told.columns.map(words), rows, `${words(table)}, a page of ${limit} rows`));
}

async function patient(run, index, against) {
  const [told, offer] = await Promise.all([ask("GET", `${runPath(run)}/patients/${index}`), choices()]);
  const wrong = make("div", {});
  const input = make("input", { name: "index", inputmode: "numeric", value: index, size: 8 });
  const go = trying(wrong, async () => {
    await ask("GET", `${runPath(run)}/patients/${encodeURIComponent(input.value.trim())}`);
    open(input.value.trim());
  });
  const beside = select("against", [["", "alone"], ...named(offer.policies)], against);
  const open = (who) => { location.hash = `#/run/${run}/patient/${who}${beside.value ? `/${beside.value}` : ""}`; };
  beside.addEventListener("change", () => open(index));
  const form = make("form", { class: "turn" }, make("label", {}, "Patient", input), make("button", { type: "submit" }, "Open"),
    make("button", { class: "plain", type: "button", disabled: index === 0, onclick: () => open(index - 1) }, "Before"),
    make("button", { class: "plain", type: "button", onclick: () => open(index + 1) }, "Next"),
    make("label", {}, "Beside the same patient under", beside));
  form.addEventListener("submit", go);
  const page = `/pages/runs/${encodeURIComponent(run)}/patients/${index}.html`;
  const wait = make("p", { class: "note" }, "The patient is being simulated.");
  const view = frame(against ? `${page}?against=${encodeURIComponent(against)}` : page, `Patient ${index}`);
  view.addEventListener("load", () => wait.remove());
  show(`Patient ${told.patient.patient} of ${run}`, tabs(run, "patient"), form, wrong, wait, view);
}

async function compare(a = "", b = "") {
  const runs = await ask("GET", "/api/runs");
  const options = runs.map((run) => [run.run, run.run]);
  const wrong = make("div", {});
  const place = make("div", {});
  const form = make("form", { class: "ask" }, field("Run A", select("a", options, a)), field("Run B", select("b", options, b || options[1]?.[0])), make("button", { type: "submit" }, "Compare"));
  form.addEventListener("submit", trying(wrong, async () => {
    const asked = new URLSearchParams(new FormData(form)).toString();
    place.replaceChildren();
    await ask("GET", `/api/compare?${asked}`);
    place.replaceChildren(frame(`/pages/compare.html?${asked}`, "Comparison"));
  }));
  show("Compare the same patients under two policies", make("p", {}, "Choose two runs of one cancer with the same number of patients and seed, and another policy. A gain is what B adds to A."),
    options.length > 1 ? form : make("p", {}, "Two finished runs are needed."), wrong, place);
}

async function origin() {
  const offer = await choices();
  const wrong = make("div", {});
  const place = make("div", {});
  const sites = offer.organs.map((name) => make("label", {}, make("input", { type: "checkbox", name: "sites", value: name }), ` ${words(name)}`));
  const form = make("form", { class: "ask" }, make("fieldset", { class: "all" }, make("legend", {}, "Organs with metastases (the others were looked at and are clear)"), sites),
    field("Antibodies and mutations", make("input", { name: "results", placeholder: "CK7=- CK20=+ CDX2=+ KRAS=+" })), field("Sex", select("sex", [["", "unknown"], ...named(offer.sexes)])),
    field("Age", make("input", { name: "age", inputmode: "decimal" })), field("Histology", make("input", { name: "histology", placeholder: "adenocarcinoma" })), make("button", { type: "submit" }, "Ask"));
  form.addEventListener("submit", trying(wrong, async () => {
    const given = new FormData(form);
    const body = { sites: given.getAll("sites"), results: {} };
    for (const word of given.get("results").split(/[\s,]+/).filter(Boolean)) body.results[word.split("=")[0]] = word.split("=")[1] ?? "";
    for (const key of ["sex", "histology"]) if (given.get(key)) body[key] = given.get(key);
    if (given.get("age")) body.age = whole(given.get("age"));
    const told = await ask("POST", "/api/origin", body);
    const likely = Object.entries(told.posterior).slice(0, 8).map(([name, share]) => [words(name), percent(share), percent(told.prior[name])]);
    const why = told.evidence.map((each) => [`${words(each.name)}: ${each.result}`, percent(each.chance), percent(each.chance_otherwise)]);
    const next = told.next_tests.slice(0, 6).map((each) => [each.test, each.gain_bits.toFixed(2), `${each.cost_usd} $`]);
    place.replaceChildren(grid(["origin", "probability", "before any finding"], likely, "Where it comes from"), grid(["finding", "in that origin", "in the others"], why, "What drove the answer"), grid(["test", "bits it tells", "cost"], next, "What to test next"));
  }));
  show("Where does a metastatic cancer come from?", form, wrong, place);
}

const EXAMPLE = 'cancer = "colorectal"\nsex = "male"\nborn = 1961-04-12\n\n[[findings]]\ndate = 2025-03-10\nmodality = "colonoscopy"\norgan = "bowel"\ndiameter_mm = 42\n\n[[findings]]\ndate = 2025-03-14\nmodality = "ct"\norgan = "liver"\ndiameter_mm = 18\nlesions = 2\n\n[[examinations]]\ndate = 2025-03-14\nmodality = "ct"\nnegative = ["others"]\n';

async function map() {
  const wrong = make("div", {});
  const place = make("div", {});
  const form = make("form", { class: "ask" }, make("label", { class: "all" }, "What is known of the patient (TOML; an invented one to begin with)", make("textarea", { name: "record", spellcheck: "false" }, EXAMPLE)),
    field("Patients to simulate", make("input", { name: "patients", inputmode: "numeric", value: "4000" })), field("Seed", make("input", { name: "seed", inputmode: "numeric", value: "1" })), make("button", { type: "submit" }, "Ask"));
  form.addEventListener("submit", trying(wrong, async () => {
    const given = Object.fromEntries(new FormData(form));
    const begun = await ask("POST", "/api/map", { record: given.record, patients: whole(given.patients), seed: whole(given.seed) });
    const job = await follow(begun.id, (now) => place.replaceChildren(make("ul", { class: "jobs" }, jobLine(now, () => {}))));
    if (job.state !== "done") return;
    place.replaceChildren(...mapTold(job.result));
  }));
  show("What else is there that nobody has seen?", form, wrong, place);
}

function mapTold(found) {
  if (found.estimates === null) return [problem({ message: found.reason })];
  const chance = (each) => each.undetected.map((one) => `${percent(one.probability)} from ${one.from_mm} mm`).join(", ");
  const rows = [["anywhere", found.estimates.anywhere], ...found.estimates.organs.map((each) => [words(each.place), each])].map(([name, each]) => [name, each.found ? "yes" : "no", chance(each)]);
  return [make("p", {}, `${found.resembling.toLocaleString("en")} of ${found.simulated.toLocaleString("en")} simulated patients resemble this one, as good as ${found.effective_sample_size.toFixed(0)} equal ones.`),
    found.warning ? make("p", { class: "note" }, found.warning) : null, grid(["place", "found", "undetected"], rows, "Chance of lesions that nobody has seen"), make("p", { class: "note" }, found.disclaimer)].filter(Boolean);
}

async function turn() {
  const [page = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const pages = { "": home, run: oneRun, compare, origin, map };
  tell("");
  try {
    await (pages[page] ?? home)(...rest);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    show("This cannot be shown", problem(error));
  }
  main.focus({ preventScroll: true });
}

window.addEventListener("hashchange", turn);
turn();
