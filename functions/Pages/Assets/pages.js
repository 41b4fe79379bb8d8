// Theme, times in the reader's zone, tooltips, live progress, estimates. Everything works without it; it only makes it pleasant.
(() => {
  "use strict";
  const root = document.documentElement;
  const themes = ["system", "light", "dark"];
  let theme = "system";
  try { theme = localStorage.getItem("theme") ?? theme; } catch { /* storage may be switched off */ }
  const useTheme = () => theme === "system" ? root.removeAttribute("data-theme") : root.setAttribute("data-theme", theme);
  useTheme();

  function localTimes(within) {
    for (const element of within.querySelectorAll("time[datetime]")) {
      const at = new Date(element.dateTime);
      const today = new Date().toDateString() === at.toDateString();
      const options = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
      element.title ||= element.textContent;
      element.textContent = (today ? "today " : "") + at.toLocaleString(undefined, options);
    }
  }

  function tooltips() {
    const tip = document.createElement("div");
    tip.id = "tip";
    tip.hidden = true;
    tip.setAttribute("aria-hidden", "true");
    document.body.append(tip);
    const show = event => {
      const target = event.target.closest?.("[data-tip]");
      tip.hidden = !target;
      if (!target) return;
      tip.textContent = target.dataset.tip;
      const box = target.getBoundingClientRect();
      const own = tip.getBoundingClientRect();
      tip.style.left = `${Math.max(6, Math.min(innerWidth - own.width - 6, box.left + box.width / 2 - own.width / 2))}px`;
      tip.style.top = `${box.top > own.height + 10 ? box.top - own.height - 6 : box.bottom + 6}px`;
    };
    document.addEventListener("mouseover", show);
    document.addEventListener("focusin", show);
    document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true, capture: true });
    document.addEventListener("keydown", event => { if (event.key === "Escape") tip.hidden = true; });
  }

  // Parts of a page that the server draws anew: a run that goes on, and what takes longer than the rest.
  function live() {
    for (const part of document.querySelectorAll("[data-live]")) {
      const again = async () => {
        if (document.hidden) return void setTimeout(again, 2000);
        try {
          const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" } });
          if (answer.status === 205) return void location.reload();
          if (answer.ok) { part.innerHTML = await answer.text(); localTimes(part); }
          part.removeAttribute("data-lost");
        } catch { part.setAttribute("data-lost", ""); }
        if (part.dataset.every) setTimeout(again, Number(part.dataset.every));
      };
      setTimeout(again, Number(part.dataset.every ?? 0));
    }
  }

  // A button is pressed by its key, as long as nobody is writing.
  function keys() {
    document.addEventListener("keydown", event => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.target.closest?.("input:not([type=hidden]), textarea, select")) return;
      const button = [...document.querySelectorAll("button[data-key]")].find(one => one.dataset.key === event.key.toLowerCase());
      if (!button) return;
      event.preventDefault();
      button.click();
    });
  }

  function forms() {
    for (const form of document.querySelectorAll("form[data-submit-on-change]"))
      form.addEventListener("change", () => form.requestSubmit());
    for (const button of document.querySelectorAll("button[data-confirm]"))
      button.addEventListener("click", event => { if (!confirm(button.dataset.confirm)) event.preventDefault(); });
    for (const form of document.querySelectorAll("form[data-estimate]")) {
      const target = document.getElementById("estimate");
      const text = form.elements.definition, file = form.elements.file;
      let waiting, asked = 0;
      const ask = async () => {
        const number = ++asked;
        const answer = await fetch(form.dataset.estimate, { method: "POST", body: new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")) }).catch(() => null);
        if (answer && number === asked && (answer.ok || answer.status === 400)) target.innerHTML = await answer.text();
      };
      const later = () => { clearTimeout(waiting); waiting = setTimeout(ask, 400); };
      // The server would cut off the upload without a word.
      form.addEventListener("input", () => text.setCustomValidity(text.value.length > 25_000_000 ? "The definition may have at most 25,000,000 characters here: import its scenarios from a file instead." : ""));
      form.addEventListener("input", later);
      file?.addEventListener("change", async () => { if (file.files[0]) { text.value = await file.files[0].text(); text.dispatchEvent(new Event("input", { bubbles: true })); } });
      if (text.value.trim()) later();
      document.addEventListener("click", event => {
        const line = event.target.closest?.("[data-line]")?.dataset.line;
        if (!line) return;
        const lines = text.value.split("\n"), start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
        text.focus();
        text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
        text.scrollTop = (line - 5) * (text.scrollHeight / lines.length);
      });
    }
  }

  // A link into a closed part opens it.
  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const name = () => { button.textContent = { system: "◐", light: "☀", dark: "☾" }[theme]; button.setAttribute("aria-label", `Colours: ${theme}`); button.title = `Colours: ${theme}`; };
    if (button) {
      button.hidden = false;
      name();
      button.addEventListener("click", () => {
        theme = themes[(themes.indexOf(theme) + 1) % themes.length];
        try { localStorage.setItem("theme", theme); } catch { /* it holds for this page only */ }
        useTheme();
        name();
      });
    }
    localTimes(document);
    tooltips();
    live();
    keys();
    forms();
    openTarget();
    addEventListener("hashchange", openTarget);
  });
})();
