// The text of `data-tip`, beside what the pointer or the focus is on. What matters is never said here alone.
const tip = document.createElement("div");
tip.className = "tip";
tip.setAttribute("role", "tooltip");
tip.popover = "manual";

let owner = null;

function show(element) {
  const text = element?.dataset.tip;
  if (!text) return hide();
  owner = element;
  tip.textContent = text;
  if (!tip.isConnected) document.body.append(tip);
  tip.showPopover();
  const around = element.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(around.left + around.width / 2 - own.width / 2, innerWidth - own.width - 8));
  const top = around.top - own.height - 6 > 0 ? around.top - own.height - 6 : around.bottom + 6;
  tip.style.left = `${left}px`;
  tip.style.top = `${top}px`;
}

function hide() {
  owner = null;
  if (tip.isConnected) tip.hidePopover();
}

const tipped = (event) => event.target.closest?.("[data-tip]");

document.addEventListener("pointerover", (event) => tipped(event) !== owner && show(tipped(event)));
document.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && show(tipped(event)));
document.addEventListener("focusout", hide);
document.addEventListener("pointerdown", hide);
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("scroll", hide, { capture: true, passive: true });
