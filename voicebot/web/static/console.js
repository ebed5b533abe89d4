// Joins the lists, the open call or customer, and the stream of facts. The address after # names
// what is open.

import { listen } from "./api.js";
import * as call from "./call.js";
import * as customer from "./customer.js";
import { escalate, onQuestionMark } from "./escalate.js";
import * as list from "./list.js";

const SEEN = 500;
const seen = [];
const link = document.getElementById("link");
let due = 0;
let broken = false;
let told = false;

function say(text, state) {
  link.textContent = text;
  link.className = `link ${state}`;
}

function lost() {
  broken = true;
  say("Connection lost. Trying again …", "off");
}

function failed(error) {
  if (error.status) say(error.message, "off");
  else lost();
}

// The record of a call is written a moment after its facts.
function refreshSoon() {
  due ||= setTimeout(() => {
    due = 0;
    list.refresh().catch(failed);
  }, 400);
}

async function route() {
  const [, kind, key] = location.hash.match(/^#\/(call|customer)\/(.+)$/) || [];
  const id = decodeURIComponent(key || "");
  document.body.classList.toggle("at-call", Boolean(id));
  list.select(kind === "call" ? id : "");
  call.clear();
  customer.clear();
  if (told) say("Connected", "on");
  told = false;
  if (!id) return;
  try {
    if (kind === "call") await call.show(id, seen);
    else await customer.show(id, ask);
    document.getElementById("detail").scrollTop = 0;
    if (matchMedia("(max-width: 820px)").matches) scrollTo(0, 0);
  } catch (error) {
    call.fail(error);
  }
}

function current() {
  if (call.openCall()) return { call: call.openCall() };
  return customer.openCustomer() ? { customer: customer.openCustomer() } : null;
}

// What is told of one is no longer true of the next.
function tell(text, state) {
  told = true;
  say(text, state);
}

const ask = () => escalate(current, tell);

addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !current()) return;
  const id = call.openCall();
  location.hash = "#/";
  document.querySelector(`.list a[data-call="${CSS.escape(id)}"]`)?.focus();
});

onQuestionMark(current, tell);

list.start(failed);
setInterval(call.tick, 1000);
listen({
  open() {
    say("Connected", "on");
    refreshSoon();
    if (broken && call.openCall()) route();
    broken = false;
  },
  fact(fact) {
    seen.push(fact);
    if (seen.length > SEEN) seen.shift();
    call.take(fact);
    refreshSoon();
  },
  gap: () => { refreshSoon(); route(); },
  lost,
});
list.refresh().catch(failed);
route();
