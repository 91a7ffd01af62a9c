// Names for what ipywidgets leaves without: a slider's handle, its readout and a bar are called as their label, a handle's
// value is what its readout says (not an option's index), what is renewed in a .course-said is announced, and a notebook
// is read in its own language, where JupyterLab says of the whole page that it is in English.
(() => {
  const set = (part, name, value) => {
    if (part.getAttribute(name) !== value) part.setAttribute(name, value);
  };
  const nameRow = row => {
    const label = row.querySelector(".widget-label")?.textContent;
    if (!label) return;
    const readout = row.querySelector(".widget-readout");
    const name = (part, role) => { set(part, "role", role); set(part, "aria-label", label); };
    for (const handle of row.querySelectorAll(".noUi-handle")) {
      name(handle, "slider");
      if (readout) set(handle, "aria-valuetext", readout.textContent);
    }
    if (readout?.isContentEditable) name(readout, "textbox");
    row.querySelectorAll(".progress").forEach(part => name(part, "progressbar"));
  };
  const nameAll = () => {
    document.querySelectorAll(".course-panel .widget-inline-hbox").forEach(nameRow);
    document.querySelectorAll(".course-said .widget-html-content").forEach(part => set(part, "role", "status"));
    document.querySelectorAll(".course-language").forEach(mark => set(mark.closest(".jp-Notebook, body"), "lang", mark.lang));
  };
  // A row that changes is named at once; what else changes may be a picture at each frame, which must not wait for us.
  let waiting;
  const nameChanged = changes => {
    const rows = new Set(changes.map(change => change.target.closest?.(".course-panel .widget-inline-hbox") ?? null));
    if (rows.delete(null) && !waiting) {
      waiting = setTimeout(() => { waiting = undefined; nameAll(); }, 50);
    }
    rows.forEach(nameRow);
  };
  nameAll();
  window.courseNames?.disconnect();
  window.courseNames = new MutationObserver(nameChanged);
  const changes = {childList: true, subtree: true, attributes: true, attributeFilter: ["aria-valuetext"]};
  window.courseNames.observe(document.body, changes);
})();
