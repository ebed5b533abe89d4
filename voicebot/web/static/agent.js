// An agent's own page: state, buttons, and the call that is offered or talked to, as it changes.

import { get, listen, post } from "./api.js";
import * as context from "./agent_call.js";
import { el, length } from "./format.js";

const $ = (id) => document.getElementById(id);
const NAMES = {
  offline: "Logged out", available: "Ready for calls", reserved: "A call is coming",
  ringing: "Your phone rings", busy: "In a call", hold: "Caller on hold",
  wrap_up: "Wrap-up", paused: "Paused",
};
const REASONS = {
  break: "Break", lunch: "Lunch", training: "Training", meeting: "Meeting", outbound: "Own calls",
  rna: "Calls rang unanswered", lagged: "The desk was away", device: "The phone is out of reach",
};
const state = { me: null, name: "", agent: null, reason: "" };

function say(text, how) {
  $("link").textContent = text;
  $("link").className = `link ${how}`;
}

function trouble(error) {
  $("trouble").textContent = error ? [error.message, error.hint].filter(Boolean).join(": ") : "";
}

async function act(step, body) {
  trouble(null);
  try {
    show({ agent: (await post(`/api/agents/${encodeURIComponent(state.name)}/${step}`, body)).agent });
  } catch (error) {
    trouble(error);
  }
}

// What is done to the call comes back by the events.
async function actOnCall(step) {
  trouble(null);
  try {
    await post(`/api/calls/${encodeURIComponent(state.agent.call)}/${step}`, {});
  } catch (error) {
    trouble(error);
  }
}

function button(text, key, step, body, primary) {
  return pressed(text, key, () => act(step, body), primary);
}

function pressed(text, key, does, primary) {
  const made = el("button", { type: "button", class: primary ? "primary" : null, "aria-keyshortcuts": key, text });
  made.dataset.key = key;
  made.addEventListener("click", does);
  return made;
}

// Answering is the phone's.
function callActions(now) {
  if (now.state === "ringing") return [button("Reject", "D", "reject")];
  if (!now.talk) return [];
  const { held, muted } = now.talk;
  return [pressed(held ? "Back to the caller" : "Hold", "H", () => actOnCall(held ? "resume" : "hold"), held),
    pressed(muted ? "Unmute" : "Mute", "M", () => actOnCall(muted ? "unmute" : "mute"), muted)];
}

function pauses(now) {
  const select = el("select", { "aria-label": "Reason of the pause" },
    ...state.me.desk.pause_reasons.map((reason) => el("option", { value: reason, text: REASONS[reason] || reason })));
  select.value = state.reason || select.value;
  select.addEventListener("change", () => { state.reason = select.value; });
  const go = el("button", { type: "button", "aria-keyshortcuts": "P", text: now.pause ? "Change" : "Pause" });
  go.dataset.key = "P";
  go.addEventListener("click", () => act("pause", { reason: select.value }));
  return el("div", { class: "pair" }, go, select);
}

function actions(now) {
  if (now.state === "offline") return [button("Log in", "L", "log-in", {}, true)];
  const list = callActions(now);
  const wraps = now.wrap_up;
  if (wraps?.may_end) list.push(button("End wrap-up", "E", "end-wrap-up", {}, true));
  if (wraps?.may_extend) list.push(button("Half a minute more", "X", "extend-wrap-up"));
  if (now.pause) list.push(button(now.state === "paused" ? "Resume" : "No pause after all", "R", "resume", {}, true));
  list.push(pauses(now));
  list.push(now.leaves ? button("Stay after all", "L", "log-in") : button("Log out", "L", "log-out"));
  return list;
}

function note(now) {
  const later = now.state === "paused" ? "" : now.pause ? `Then: ${REASONS[now.pause]}.` : "";
  const reason = now.state === "paused" ? REASONS[now.pause] || now.pause : "";
  const muted = now.talk?.muted ? "Nobody hears you." : "";
  const queue = now.queue ? `Queue ${now.queue}.` : "";
  return [muted, reason, queue, later, now.leaves ? "Then you are logged out." : ""].filter(Boolean).join(" ");
}

function show(data) {
  const now = data.agent;
  const again = JSON.stringify(now) === JSON.stringify(state.agent);
  state.agent = now;
  document.body.dataset.state = now.state;
  $("state-name").textContent = NAMES[now.state] || now.state;
  $("state-note").textContent = note(now);
  if (!again) {
    const focused = document.activeElement?.dataset?.key;
    $("actions").replaceChildren(...actions(now));
    if (focused) document.querySelector(`[data-key="${focused}"]`)?.focus();
  }
  if ("context" in data) context.show(data.context, now, state.me.desk.dispositions);
  else context.turn(now);
  document.title = `${NAMES[now.state] || now.state} · voicebot`;
  tick();
}

function tick() {
  const now = state.agent;
  if (!now) return;
  const until = now.wrap_up?.until || now.pause_until;
  const left = until ? Date.parse(until) - Date.now() : 0;
  $("state-time").textContent = left > 0 ? `${length(left)} left` : length(Date.now() - Date.parse(now.since));
  context.tick();
}

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  const found = document.querySelector(`.state [data-key="${CSS.escape(event.key.toUpperCase())}"]`);
  if (!found) return;
  event.preventDefault();
  found.click();
});

async function start() {
  state.me = await get("/api/me");
  state.name = new URLSearchParams(location.search).get("agent") || state.me.agent || "";
  if (!state.name) {
    say("Nobody", "off");
    const list = state.me.permissions.includes("agent_states") ? (await get("/api/agents")).agents : [];
    $("state-name").textContent = list.length ? "Whose desk?" : "This token is no agent’s";
    $("state-note").textContent = list.length ? "" : "An agent’s token carries the name of one of the configured agents.";
    $("actions").replaceChildren(...list.map((agent) =>
      el("a", { class: "desk-link", href: `/agent?agent=${encodeURIComponent(agent.name)}`, text: agent.name })));
    return;
  }
  $("who").textContent = state.name;
  listen({
    open: () => say("Connected", "on"),
    lost: () => say("Connection lost. Trying again …", "off"),
    agent: show,
  }, `/api/agents/${encodeURIComponent(state.name)}/events`);
}

setInterval(tick, 1000);
start().catch((error) => {
  say(error.message, "off");
  trouble(error);
});
