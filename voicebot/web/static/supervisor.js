// The floor: queues, who waits, who talks, agents; as they change, with what may be done to them.

import { get, listen, post, Refused } from "./api.js";
import { el, length } from "./format.js";

const $ = (id) => document.getElementById(id);
const STATES = {
  offline: "Logged out", available: "Ready", reserved: "Being called", ringing: "Phone rings",
  busy: "Talking", hold: "Holding", wrap_up: "Wrap-up", paused: "Paused",
};
const HOW = { listen: "Listen", whisper: "Whisper", barge: "Speak to both", take_over: "Take over" };
const DOES = { listen: "listens", whisper: "whispers", barge: "speaks to both", take_over: "takes over" };
const STEPS = { requested: "is asked", ringing: "rings", briefing: "is briefed", accepted: "in conference" };
const LATE_S = 120;
const AGE_MS = 300000;
let me = { permissions: [] };
let queues = [];
let agents = [];
let pressing = false;

const may = (permission) => me.permissions.includes(permission);
const time = (seconds) => (seconds === null ? "–" : length(seconds * 1000));
const since = (iso) => length(Date.now() - Date.parse(iso));

function say(text, how) {
  $("link").textContent = text;
  $("link").className = `link ${how}`;
}

function trouble(error) {
  $("trouble").textContent = error ? [error.message, error.hint].filter(Boolean).join(": ") : "";
}

async function act(path, body, method) {
  trouble(null);
  try {
    if (method === "DELETE") {
      const answer = await fetch(path, { method });
      if (!answer.ok) throw new Refused(answer.status, (await answer.json()).error);
    } else await post(path, body);
    show(await get("/api/floor"));
  } catch (error) {
    trouble(error);
  }
}

function button(text, label, path, body, method) {
  const made = el("button", { type: "button", text, "aria-label": label });
  made.addEventListener("click", () => act(path, body, method));
  return made;
}

// A list of things to do; the first entry says what it is for.
function menu(label, choices, chosen) {
  const select = el("select", { "aria-label": label }, el("option", { value: "", text: label }),
    ...choices.map(([value, text]) => el("option", { value, text })));
  select.addEventListener("change", () => { if (select.value) chosen(select.value); select.value = ""; select.blur(); });
  return select;
}

const row = (...cells) => el("tr", {}, ...cells);
const cell = (text, kind) => el("td", { class: kind, text: String(text) });
const todo = (...made) => el("td", { class: "do" }, ...made.filter(Boolean));

function queue(one) {
  const late = one.longest_wait_s > LATE_S ? "n late" : "n";
  const error = one.expected_wait_error_s === null ? "–" : `± ${time(one.expected_wait_error_s)}`;
  const name = el("td", { text: one.name }, one.closed && el("span", { class: "note closed",
    text: `closed by ${one.closed_by}, ${time(one.closed_s)}` }));
  const step = one.closed ? "open" : "close";
  return row(name, cell(one.waiting, "n"), cell(time(one.longest_wait_s), late),
    cell(time(one.expected_wait_s), "n"), cell(error, "n off"), cell(one.talking, "n"),
    cell(`${one.available} / ${one.staffed}`, "n"),
    todo(may("queues") && button(one.closed ? "Open" : "Close", `${step} the queue ${one.name}`,
      `/api/queues/${encodeURIComponent(one.name)}/${step}`, {})));
}

// Where a caller may be sent: one's own phone, agents who are free, other queues.
function targets(queue, agent) {
  const own = may("take_over") ? [["me", "My phone"]] : [];
  const free = agents.filter((other) => other.state === "available" && other.name !== agent);
  const others = queues.filter((other) => other.name !== queue);
  return [...own, ...free.map((other) => [`agent:${other.name}`, other.name]),
    ...others.map((other) => [`queue:${other.name}`, `queue ${other.name}`])];
}

function waiting(one) {
  const call = `/api/calls/${encodeURIComponent(one.call)}`;
  const now = one.ringing.length ? `${one.ringing.join(", ")} rings` : "waits";
  const aged = one.artificial_age_s ? ` +${time(one.artificial_age_s)}` : "";
  return row(cell(one.position || "·", "n"), cell(one.queue),
    cell(time(one.waited_s), one.waited_s > LATE_S ? "n late" : "n"), cell(now),
    cell(one.priority + aged, "n"),
    todo(may("queues") && button("Sooner", "count as waiting five minutes longer", `${call}/reprioritize`, { age_ms: AGE_MS }),
      may("queues") && menu("Send to …", targets(one.queue), (to) => act(`${call}/pull`, { to }))));
}

function talk(one) {
  const call = `/api/calls/${encodeURIComponent(one.call)}`;
  const mine = one.supervisors.find((other) => other.name === me.name);
  const parts = one.supervisors.map((other) => `${other.name} ${other.present ? DOES[other.how] : "is called"}`);
  if (one.held) parts.unshift("on hold");
  if (one.muted) parts.unshift("agent muted");
  if (one.transfer) parts.unshift(`${one.transfer.to.replace(/^\w+:/, "")} ${STEPS[one.transfer.state] || one.transfer.state}`);
  const ways = Object.entries(HOW).filter(([how]) => may(how) && how !== mine?.how);
  const agent = el("td", { text: one.agent || "number outside" });
  return row(agent, cell(one.caller || "unknown"), cell(one.queue), cell(time(one.talk_s), "n"),
    cell(parts.join(" · ") || "talk", "off"),
    todo(may("queues") && !one.transfer && menu("Send to …", targets(one.queue, one.agent), (to) => act(`${call}/pull`, { to })),
      ways.length && menu("Take part …", ways, (how) => act(`${call}/supervise`, { how })),
      mine && button("Leave", "take part no more", `${call}/supervise`, {}, "DELETE")));
}

function agent(one) {
  const path = `/api/agents/${encodeURIComponent(one.name)}`;
  const steps = one.state === "offline" ? [["log-in", "Log in"]] : [["log-out", "Log out"],
    one.pause ? ["resume", "Resume"] : ["pause", "Pause"],
    ...(one.wrap_up?.may_end ? [["end-wrap-up", "End wrap-up"]] : [])];
  const state = el("td", { class: one.state, text: STATES[one.state] || one.state },
    one.pause && el("span", { class: "note", text: one.pause }),
    one.leaves && el("span", { class: "note", text: "leaves" }));
  return row(cell(one.name), state, cell(since(one.since), "n"), cell(one.queues.join(", "), "off"),
    cell(one.calls, "n"),
    todo(may("agent_states") && menu("Set …", steps,
      (step) => act(`${path}/${step}`, step === "pause" ? { reason: "break" } : {}))));
}

function fill(name, rows) {
  $(name).replaceChildren(...rows);
  const count = $(`${name}-count`);
  if (count) count.textContent = rows.length || "";
  if ($(`${name}-empty`)) $(`${name}-empty`).hidden = rows.length > 0;
}

function show(floor) {
  // Nothing is drawn anew under the hand: no list that is open, no button that is pressed.
  if (pressing || document.activeElement?.tagName === "SELECT") return;
  ({ queues, agents } = floor);
  const focused = document.activeElement?.getAttribute("aria-label");
  fill("queues", floor.queues.map(queue));
  fill("waiting", floor.waiting.map(waiting));
  fill("talks", floor.talks.map(talk));
  fill("agents", floor.agents.map(agent));
  if (focused) document.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
}

addEventListener("pointerdown", () => { pressing = true; });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { pressing = false; });

get("/api/me").then((who) => { me = who; }, trouble).finally(() => {
  listen({
    open: () => say("Connected", "on"),
    lost: () => say("Connection lost. Trying again …", "off"),
    floor: show,
  }, "/api/floor/events");
});
