// The numbers of a period, and what somebody is to look at.

import { get, post } from "./api.js";
import { el } from "./format.js";

const EVERY_MS = 15000;
const percent = (part) => (part === null || part === undefined ? "–" : `${(100 * part).toFixed(1)} %`);
const seconds = (value) => (value === null ? "–" : `${Math.round(value)} s`);
const met = { true: "met", false: "missed", null: "–" };
const COLUMNS = [
  ["calls", (g) => g.call?.calls ?? "–"], ["contained", (g) => percent(g.call?.containment)],
  ["for good", (g) => percent(g.call?.contained_for_good)], ["again in 24 h", (g) => percent(g.call?.repeats)],
  ["queued", (g) => g.queue.queued], ["SL1", (g) => percent(g.queue.sl1)],
  ["SL2", (g) => percent(g.queue.sl2)], ["SL3", (g) => percent(g.queue.sl3)],
  ["promise", (g) => met[g.target.met]], ["abandoned", (g) => percent(g.queue.abandonment)],
  ["short", (g) => g.queue.short_abandons], ["callbacks", (g) => g.queue.callbacks],
  ["ASA", (g) => seconds(g.queue.asa_s)], ["AHT", (g) => seconds(g.queue.aht_s)],
  ["occupancy", (g) => percent(g.occupancy)], ["EWT error", (g) => seconds(g.queue.ewt_error_s)],
];
const at = (id) => document.getElementById(id);
const tell = (error) => { at("told").textContent = [error.message, error.hint].filter(Boolean).join(" "); };

async function numbers() {
  const since = new Date(Date.now() - at("days").value * 86400000).toISOString();
  const { groups } = await get("/api/report", { since, by: at("by").value, preset: at("preset").value });
  at("none").hidden = groups.length > 0;
  const head = el("tr", {}, el("th", { text: "" }), ...COLUMNS.map(([name]) => el("th", { text: name })));
  const rows = groups.map((group) => el("tr", {}, el("td", { text: group.name }),
    ...COLUMNS.map(([, cell]) => cellOf(cell(group)))));
  at("numbers").replaceChildren(...(groups.length ? [head, ...rows] : []));
}

const cellOf = (text) => el("td", { text: String(text), class: text === "missed" ? "missed" : undefined });

async function escalations() {
  const { escalations: all } = await get("/api/escalations");
  const open = all.filter((one) => one.state !== "closed");
  at("calm").hidden = open.length > 0;
  at("escalations").replaceChildren(...open.map(row));
}

function row(one) {
  const late = new Date(one.due) < new Date() || one.lapses > 0;
  const call = one.call ? el("a", { href: `/#/call/${one.call}`, text: one.call.slice(0, 8) }) : el("span", { text: one.customer });
  return el("tr", {}, el("td", {}, call), el("td", { text: one.note }), el("td", { text: one.owner }),
    el("td", { text: new Date(one.due).toLocaleString(), class: late ? "late" : undefined }),
    el("td", { text: one.state }), el("td", {}, ...actions(one)));
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

const draw = () => Promise.all([numbers(), escalations()]).catch(tell);
at("period").addEventListener("change", draw);
at("period").addEventListener("submit", (event) => event.preventDefault());
draw();
setInterval(draw, EVERY_MS);
