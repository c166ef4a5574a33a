"use strict";
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const entries = all(".entry[data-address]");
  const stage = document.querySelector(".stage");
  const drawings = all(".drawing");

  // Who waits for whom, as the drawing of every resource has it.
  const after = new Map();
  const before = new Map();
  const join = (map, key, value) => map.get(key)?.push(value) ?? map.set(key, [value]);
  for (const path of all("#whole .edges path")) {
    join(after, path.dataset.from, path.dataset.to);
    join(before, path.dataset.to, path.dataset.from);
  }
  const reach = (start, ways) => {
    const found = new Set();
    const open = [start];
    while (open.length) {
      for (const next of ways.get(open.pop()) ?? []) {
        if (!found.has(next)) {
          found.add(next);
          open.push(next);
        }
      }
    }
    return found;
  };

  // Theme.
  const theme = one("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = root.style.colorScheme || (dark ? "dark" : "light");
    root.style.colorScheme = now === "dark" ? "light" : "dark";
  });

  // Search and filters.
  const filters = one("filters");
  const search = one("search");
  const selects = ["provider", "account"].map(one).filter(Boolean);
  const buttons = all("#filters [data-action]");
  // What is said of each one itself; its neighbours have entries of their own.
  const said = (entry) => all("summary, .inside > :not(.neighbours)", entry).map((part) => part.textContent);
  const texts = new Map(entries.map((entry) => [entry, [entry.dataset.address, ...said(entry)].join(" ").toLowerCase()]));
  const boxOf = (entry) => one("b-" + entry.id);
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const actions = buttons.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.action);
    const narrowed = words.length > 0 || actions.length > 0 || selects.some((s) => s.value);
    let shown = 0;
    let changes = 0;
    for (const entry of entries) {
      const fits =
        words.every((word) => texts.get(entry).includes(word)) &&
        (!actions.length || actions.includes(entry.dataset.action)) &&
        selects.every((select) => !select.value || entry.dataset[select.id] === select.value);
      entry.hidden = !fits;
      boxOf(entry)?.classList.toggle("out", !fits);
      if (entry.dataset.action !== "unchanged") {
        changes += 1;
        shown += fits;
      }
    }
    for (const path of all("#whole .edges path")) {
      const ends = [one(path.dataset.from), one(path.dataset.to)];
      path.classList.toggle("out", ends.some((end) => end?.classList.contains("out")));
    }
    one("shown").textContent = narrowed ? `${shown} of ${changes} shown` : "";
    one("none").hidden = shown > 0;
    one("reset").hidden = !narrowed;
    if (narrowed) {
      view("whole");
      frame(all("#whole a.box:not(.out)"));
    }
  };
  if (filters) {
    filters.hidden = false;
    filters.addEventListener("submit", (event) => event.preventDefault());
    search.addEventListener("input", () => (unchoose(), filter()));
    selects.forEach((select) => select.addEventListener("change", () => (unchoose(), filter())));
    for (const button of buttons) {
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
        unchoose();
        filter();
      });
    }
    one("reset").addEventListener("click", () => {
      search.value = "";
      selects.forEach((select) => (select.value = ""));
      buttons.forEach((button) => button.setAttribute("aria-pressed", "false"));
      unchoose();
      filter();
      search.focus();
    });
  }

  // One of the drawings at a time, as large as it is asked for.
  const views = all("[data-view]");
  let current = drawings[0];
  const scales = new Map();
  const resize = (drawing, scale) => {
    const { clientWidth, clientHeight, scrollLeft, scrollTop } = stage;
    const was = scales.get(drawing) ?? 1;
    const now = Math.min(2.5, Math.max(0.1, scale));
    scales.set(drawing, now);
    drawing.setAttribute("width", Math.round(drawing.dataset.width * now));
    drawing.setAttribute("height", Math.round(drawing.dataset.height * now));
    // What was in the middle stays there.
    stage.scrollLeft = ((scrollLeft + clientWidth / 2) * now) / was - clientWidth / 2;
    stage.scrollTop = ((scrollTop + clientHeight / 2) * now) / was - clientHeight / 2;
    stage.classList.toggle("grab", stage.scrollWidth > clientWidth || stage.scrollHeight > clientHeight);
  };
  const fit = () => {
    const across = stage.clientWidth / current.dataset.width;
    const down = stage.clientHeight / current.dataset.height;
    // Readable first: what is larger scrolls.
    resize(current, Math.max(0.55, Math.min(across, down, 1)));
  };
  const view = (name) => {
    const wanted = one(name);
    if (!wanted || wanted === current) {
      return;
    }
    current = wanted;
    drawings.forEach((drawing) => drawing.toggleAttribute("hidden", drawing !== current));
    views.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === name)));
    if (!scales.has(current)) {
      fit();
    }
  };
  // Brings boxes into the stage, as large as they can be read.
  const frame = (boxes) => {
    if (!boxes.length || current?.id !== "whole") {
      return;
    }
    const xs = boxes.map((box) => Number(box.dataset.x));
    const ys = boxes.map((box) => Number(box.dataset.y));
    const [left, top] = [Math.min(...xs) - 20, Math.min(...ys) - 20];
    const [wide, high] = [Math.max(...xs) + 250 - left, Math.max(...ys) + 70 - top];
    resize(current, Math.max(0.4, Math.min(1, stage.clientWidth / wide, stage.clientHeight / high)));
    const scale = scales.get(current);
    stage.scrollLeft = (left + wide / 2) * scale - stage.clientWidth / 2;
    stage.scrollTop = (top + high / 2) * scale - stage.clientHeight / 2;
  };
  const show = (box) => {
    const place = box.getBoundingClientRect();
    const frame = stage.getBoundingClientRect();
    stage.scrollLeft += place.x + place.width / 2 - frame.x - frame.width / 2;
    stage.scrollTop += place.y + place.height / 2 - frame.y - frame.height / 2;
  };

  // The chosen resource, its neighbours and everything that it reaches.
  const card = one("chosen");
  const unchoose = () => {
    all(".drawing .way").forEach((path) => path.classList.remove("way"));
    all(".drawing .out").forEach((part) => part.classList.remove("out"));
    all(".chosen").forEach((part) => part !== card && part.classList.remove("chosen"));
    if (card) {
      card.hidden = true;
      card.replaceChildren();
    }
  };
  const line = (...parts) => {
    const p = document.createElement("p");
    p.append(...parts);
    return p;
  };
  const link = (box) => {
    const a = document.createElement("a");
    a.href = box.getAttribute("href");
    a.className = "address";
    a.textContent = one(box.id.slice(2)).dataset.address;
    return a;
  };
  const links = (ids) => {
    const first = [...ids].slice(0, 12).map((id) => link(one(id)));
    const parts = first.flatMap((a, i) => (i ? [", ", a] : [a]));
    return ids.length > 12 ? [...parts, ` and ${ids.length - 12} more`] : parts;
  };
  const choose = (entry, scroll) => {
    unchoose();
    if (filters) {
      filter();
    }
    for (let parent = entry; parent; parent = parent.parentElement?.closest("details")) {
      parent.hidden = false;
      if (parent.tagName === "DETAILS") {
        parent.open = true;
      }
    }
    entry.classList.add("chosen");
    const box = boxOf(entry);
    if (box) {
      view("whole");
      box.classList.add("chosen");
      const below = reach(box.id, after);
      const above = reach(box.id, before);
      const way = new Set([box.id, ...below]);
      const seen = new Set([...way, ...above]);
      all("#whole .box").forEach((other) => other.classList.toggle("out", !seen.has(other.id)));
      for (const path of all("#whole .edges path")) {
        const { from, to } = path.dataset;
        path.classList.toggle("way", way.has(from) && way.has(to));
        path.classList.toggle("out", !(seen.has(from) && seen.has(to)));
      }
      const strong = document.createElement("strong");
      strong.className = "address";
      strong.textContent = entry.dataset.address;
      const needs = before.get(box.id) ?? [];
      const more = document.createElement("button");
      more.type = "button";
      more.textContent = "Details";
      more.addEventListener("click", () => (entry.scrollIntoView({ block: "start" }), (entry.querySelector("summary") ?? entry).focus()));
      const clear = document.createElement("button");
      clear.type = "button";
      clear.textContent = "Clear";
      clear.addEventListener("click", () => (unchoose(), filters && filter(), box.focus()));
      const reached = [...below];
      card.replaceChildren(
        line(strong, `: ${entry.dataset.action}`),
        line("Waits for: ", ...(needs.length ? links(needs) : ["nothing"])),
        line("Path of impact: ", ...(reached.length ? [`${reached.length} wait for it, directly or not: `, ...links(reached)] : ["nothing waits for it"])),
        more,
        clear,
      );
      card.hidden = false;
      rove(box);
      show(box);
    }
    if (scroll) {
      entry.scrollIntoView({ block: "nearest" });
    }
    history.replaceState(null, "", "#" + entry.id);
  };
  const find = (text) => {
    search.value = text;
    unchoose();
    filter();
    one("changes").scrollIntoView({ block: "start" });
    search.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const a = event.target.closest("a[href^='#']");
    const target = a?.getAttribute("href").slice(1);
    if (target?.startsWith("find=")) {
      event.preventDefault();
      find(target.slice(5));
    } else if (target && one(target)?.classList.contains("entry")) {
      event.preventDefault();
      const inGraph = Boolean(a.closest(".drawing, #chosen"));
      choose(one(target), !inGraph);
      if (!inGraph) {
        (one(target).querySelector("summary") ?? one(target)).focus({ preventScroll: true });
      }
    }
  });
  // A link to one change opens it.
  const named = () => {
    const entry = one(decodeURIComponent(location.hash.slice(1)));
    if (entry?.classList.contains("entry")) {
      choose(entry, true);
    }
  };
  addEventListener("hashchange", named);

  // Keys: one box of a drawing takes the tab, arrows go from box to box.
  const rove = (box) => {
    all("a.box", box.ownerSVGElement).forEach((other) => other.setAttribute("tabindex", other === box ? "0" : "-1"));
  };
  const beside = (box, down) => {
    const at = (other) => [Number(other.dataset.x), Number(other.dataset.y)];
    const [x, y] = at(box);
    const column = all("a.box", box.ownerSVGElement).filter((other) => at(other)[0] === x && (at(other)[1] - y) * down > 0);
    return column.sort((a, b) => (at(a)[1] - at(b)[1]) * down)[0];
  };
  const joined = (box, forth) => {
    const [here, there] = forth ? ["from", "to"] : ["to", "from"];
    const paths = all(".edges path", box.ownerSVGElement);
    const path = paths.find((p) => p.dataset[here] === box.id);
    return path && one(path.dataset[there]);
  };
  drawings.forEach((drawing, i) => {
    drawing.toggleAttribute("hidden", i > 0);
    const first = drawing.querySelector("a.box");
    if (first) {
      rove(first);
    }
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest?.("a.box");
    const ways = {
      ArrowRight: () => joined(box, true),
      ArrowLeft: () => joined(box, false),
      ArrowDown: () => beside(box, 1),
      ArrowUp: () => beside(box, -1),
    };
    if (box && ways[event.key]) {
      event.preventDefault();
      const next = ways[event.key]();
      if (next) {
        rove(next);
        next.focus({ preventScroll: true });
        show(next);
      }
    } else if (event.key === "Escape" && card && !card.hidden) {
      unchoose();
      if (filters) {
        filter();
      }
    } else if (event.key === "/" && filters && !event.target.closest?.("input, select, textarea")) {
      event.preventDefault();
      search.focus();
    }
  });

  if (stage) {
    views.forEach((button) => button.addEventListener("click", () => view(button.dataset.view)));
    for (const button of all("[data-zoom]")) {
      button.addEventListener("click", () => {
        const scale = scales.get(current) ?? 1;
        if (button.dataset.zoom === "fit") {
          fit();
        } else {
          resize(current, button.dataset.zoom === "in" ? scale * 1.25 : scale / 1.25);
        }
      });
    }
    stage.addEventListener(
      "wheel",
      (event) => {
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          resize(current, (scales.get(current) ?? 1) * Math.exp(-event.deltaY / 300));
        }
      },
      { passive: false },
    );
    // A mouse takes hold of the graph; fingers scroll it.
    let hold = null;
    stage.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0) {
        hold = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop, moved: false };
      }
    });
    addEventListener("pointermove", (event) => {
      if (hold) {
        const [left, top] = [hold.x - event.clientX, hold.y - event.clientY];
        hold.moved ||= Math.abs(left - stage.scrollLeft) + Math.abs(top - stage.scrollTop) > 4;
        if (hold.moved) {
          stage.classList.add("grabbing");
          stage.scrollLeft = left;
          stage.scrollTop = top;
        }
      }
    });
    let dragged = false;
    addEventListener("pointerup", () => {
      dragged = Boolean(hold?.moved);
      hold = null;
      stage.classList.remove("grabbing");
    });
    // The end of a drag is no click.
    stage.addEventListener(
      "click",
      (event) => {
        if (dragged) {
          dragged = false;
          event.preventDefault();
          event.stopPropagation();
        }
      },
      { capture: true },
    );
    stage.addEventListener("dragstart", (event) => event.preventDefault());
    let width = 0;
    new ResizeObserver(() => {
      if (stage.clientWidth !== width) {
        width = stage.clientWidth;
        fit();
      }
    }).observe(stage);
    fit();
  }

  // On paper everything is open.
  addEventListener("beforeprint", () => all("details").forEach((part) => (part.open = true)));
  named();
})();
