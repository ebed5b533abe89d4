// The numbers of a period, and what somebody is to look at.

import { get, post } from "./api.js";
import { el, fullTime } from "./format.js";

const EVERY_MS = 15000;
const percent = (part) => (part === null || part === undefined ? "–" : `${(100 * part).toFixed(1)} %`);
const seconds = (value) => (value === null || value === undefined ? "–" : `${Math.round(value)} s`);
const promised = (preset) => { const [share, within] = preset.split("/"); return `${share} % in ${within} s`; };
const kept = (met) => (met === null ? "–" : met ? "kept" : "missed");

// Name, what it is, and the value for a group. docs/qa.md has the formulas.
const ROWS = (within) => [
  ["Calls", "that began in the period", (g) => g.call?.calls ?? "–"],
  ["Contained", "served by the flow alone", (g) => percent(g.call?.containment)],
  ["Contained for good", "and did not call again within 24 h", (g) => percent(g.call?.contained_for_good)],
  ["Called again", "within 24 h", (g) => percent(g.call?.repeats)],
  ["Queued", "stays in queues that are over", (g) => g.queue.queued],
  ["SL1", `answered in ${within} s, of the answered`, (g) => percent(g.queue.sl1)],
  ["SL2", `answered or abandoned in ${within} s, of both`, (g) => percent(g.queue.sl2)],
  ["SL3", `answered in ${within} s, of answered and abandoned`, (g) => percent(g.queue.sl3)],
  ["Promise", promised(at("preset").value), (g) => kept(g.target.met)],
  ["Abandoned", "of the queued", (g) => percent(g.queue.abandonment)],
  ["Short abandons", "not counted as abandoned", (g) => g.queue.short_abandons],
  ["Callbacks", "stays that ended so, not abandoned", (g) => g.queue.callbacks],
  ["ASA", "mean wait of the answered", (g) => seconds(g.queue.asa_s)],
  ["Longest wait", "of all who waited", (g) => seconds(g.queue.longest_wait_s)],
  ["AHT", "mean of talk, hold and wrap-up", (g) => seconds(g.queue.aht_s)],
  ["Occupancy", "of the agents' time at work", (g) => percent(g.occupancy)],
  ["EWT error", "told wait against the real one", (g) => seconds(g.queue.ewt_error_s)],
];
const at = (id) => document.getElementById(id);

function say(text, state) {
  at("told").textContent = text;
  at("told").className = `link ${state}`;
}
const tell = (error) => say([error.message, error.hint].filter(Boolean).join(" "), "off");

async function numbers() {
  const by = at("by").value;
  const since = new Date(Date.now() - at("days").value * 86400000).toISOString();
  const report = await get("/api/report", { since, by, preset: at("preset").value });
  const { groups } = report;
  at("none").hidden = groups.length > 0;
  at("when").textContent = `${fullTime(report.since)} to ${fullTime(report.until)}, your time` +
    (by === "day" ? `; days are those of ${report.zone}.` : ".");
  const head = el("tr", {}, el("th"), ...groups.map((group) => el("th", { scope: "col", text: group.name })));
  const rows = ROWS(report.within_s).map(([name, what, value]) => el("tr", {},
    el("th", { scope: "row", text: name }, el("span", { text: what })),
    ...groups.map((group) => cell(value(group)))));
  at("numbers").replaceChildren(...(groups.length ? [groups.length > 1 ? head : null, ...rows].filter(Boolean) : []));
}

const cell = (text) => el("td", { text: String(text), class: text === "missed" ? "missed" : undefined });

async function escalations() {
  const { escalations: all } = await get("/api/escalations");
  const open = all.filter((one) => one.state !== "closed");
  at("calm").hidden = open.length > 0;
  const head = el("tr", {}, ...["About", "Note", "Owner", "Due", "State", ""].map((name) => el("th", { text: name })));
  at("escalations").replaceChildren(...(open.length ? [head, ...open.map(row)] : []));
}

function row(one) {
  const late = new Date(one.due) < new Date() || one.lapses > 0;
  const about = one.call
    ? el("a", { href: `/#/call/${encodeURIComponent(one.call)}`, text: `Call ${one.call.slice(0, 8)}` })
    : el("a", { href: `/#/customer/${encodeURIComponent(one.customer)}`, text: `Customer ${one.customer}` });
  return el("tr", {}, el("td", {}, about), el("td", { class: "note", text: one.note }), el("td", { text: one.owner }),
    el("td", { text: fullTime(one.due), class: late ? "late" : undefined }),
    el("td", { text: one.state }), el("td", { class: "do" }, ...actions(one)));
}

function actions(one) {
  const names = one.state === "open" ? ["acknowledge", "close"] : ["close"];
  return names.map((name) => {
    const button = el("button", { type: "button", text: name });
    button.addEventListener("click", () => change(one, name));
    return button;
  });
}

async function change(one, name) {
  await post(`/api/escalations/${one.id}/${name}`).catch(tell);
  await draw();
}

const draw = () => Promise.all([numbers(), escalations()])
  .then(() => say(`As of ${new Date().toLocaleTimeString([], { timeStyle: "short" })}`, "on"), tell);
at("period").addEventListener("change", draw);
at("period").addEventListener("submit", (event) => event.preventDefault());
draw();
setInterval(draw, EVERY_MS);
