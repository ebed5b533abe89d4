"use strict";
// Playing, seeking, and which turn is heard just now.
const lanes = document.querySelector(".lanes svg");
const head = document.querySelector(".head");
const rows = [...document.querySelectorAll(".turns tr[data-at]")];
const players = [...document.querySelectorAll("audio")];
let current = players[0];

function seek(seconds) {
  if (!current) return;
  current.currentTime = Math.max(0, seconds);
  show();
}

function show() {
  if (!current || !lanes) return;
  const perSecond = Number(lanes.dataset.perSecond);
  const x = current.currentTime * perSecond;
  head.setAttribute("x1", x);
  head.setAttribute("x2", x);
  const heard = rows.filter((row) => Number(row.dataset.at) <= current.currentTime + 0.05).at(-1);
  for (const row of rows) row.classList.toggle("is-now", row === heard && !current.paused);
}

for (const player of players) {
  player.addEventListener("play", () => {
    for (const other of players) if (other !== player) other.pause();
    current = player;
  });
  player.addEventListener("timeupdate", show);
}
if (lanes) {
  lanes.addEventListener("click", (event) => {
    const box = lanes.getBoundingClientRect();
    seek((event.clientX - box.left) / Number(lanes.dataset.perSecond));
  });
}

// Both pictures are wider than most screens: what differs first is in view.
function center(box, shape) {
  if (!box || !shape) return;
  const inner = shape.getBoundingClientRect(), outer = box.getBoundingClientRect();
  box.scrollLeft += inner.left + inner.width / 2 - outer.left - box.clientWidth / 2;
  box.scrollTop += inner.top + inner.height / 2 - outer.top - box.clientHeight / 2;
}
const flow = document.querySelector(".flow");
const find = (names) => flow && flow.querySelector(names);
center(flow, find("g.edge.then, g.edge.now") || find("g.node.then, g.node.now") || find("g.node.both"));
center(document.querySelector(".lanes"), document.querySelector(".mark"));

for (const row of rows) {
  row.addEventListener("click", () => {
    seek(Number(row.dataset.at));
    if (current && current.paused) current.play();
  });
}
