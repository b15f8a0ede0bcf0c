namespace Kinema.Plots;

/// <summary>The page's style sheet and its one small script. Everything can be read with the script switched off.</summary>
internal static class ReportStyle
{
    public const string Css =
        """

        :root { color-scheme: light dark; --ink: #1c2530; --muted: #566171; --paper: #ffffff; --back: #f4f6f8; --edge: #dfe4ea;
          --accent: #00639b; --code: #f0f3f6 }
        @media screen and (prefers-color-scheme: dark) {
          :root { --ink: #e7ebf1; --muted: #a3afbe; --paper: #12171d; --back: #0b0f14; --edge: #2a333d; --accent: #7cc5f2; --code: #1a2129 }
        }
        * { box-sizing: border-box }
        html { scroll-behavior: smooth; -webkit-text-size-adjust: 100% }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto } }
        body { margin: 0; background: var(--back); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums }
        header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem }
        header { padding-top: 2.5rem } footer { padding-bottom: 3rem; color: var(--muted); font-size: .875rem }
        .kicker { margin: 0; color: var(--muted); font-size: .8125rem; letter-spacing: .06em; text-transform: uppercase }
        h1 { margin: .1rem 0 .5rem; font-size: clamp(1.5rem, 4.5vw, 2.25rem); line-height: 1.2; font-weight: 650; overflow-wrap: anywhere }
        h2 { margin: 0 0 1rem; font-size: 1.25rem; font-weight: 650 } h3 { margin: 1.25rem 0 .5rem; font-size: 1rem; font-weight: 600 }
        .lead { max-width: 46rem; margin: 0 0 1rem; font-size: 1.0625rem }
        section { margin: 1.5rem 0; padding: 1.5rem; background: var(--paper); border: 1px solid var(--edge); border-radius: 12px;
          scroll-margin-top: 1rem }
        nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1.25rem }
        a { color: var(--accent) } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px }
        .skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: .5rem; padding: .5rem 1rem; background: var(--paper) }
        dl, dd, dt { margin: 0 }
        .chips { display: flex; flex-wrap: wrap; gap: .5rem }
        .chips div { padding: .3rem .75rem; background: var(--paper); border: 1px solid var(--edge); border-radius: 8px;
          overflow-wrap: anywhere }
        .chips dt { color: var(--muted); font-size: .75rem; line-height: 1.3 } .chips dd { font-size: .9375rem; line-height: 1.35 }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15.5rem, 1fr)); gap: 1rem }
        .card { padding: 1rem 1.25rem; border: 1px solid var(--edge); border-radius: 10px }
        .card h3 { margin: 0; color: var(--muted); font-weight: 500 }
        .card h3 span { color: var(--ink); font-weight: 600 } .card p { margin: .15rem 0; overflow-wrap: anywhere }
        .card .versus { margin-top: .5rem; padding-top: .5rem; border-top: 1px solid var(--edge) }
        .big { font-size: 2.25rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em } .quoted { border-style: dashed }
        .quoted .big { color: var(--muted) }
        .whole { white-space: nowrap } .notes { margin: 1rem 0; padding-left: 1.25rem; color: var(--muted); max-width: 50rem }
        .notes li { margin: .25rem 0 }
        figure { margin: 0; min-width: 0 } figcaption { margin-bottom: .5rem; font-weight: 600 }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1.75rem 2rem }
        .pair svg { width: 100%; max-width: 40rem }
        .wide svg { margin: 0 auto; display: block; width: 100%; height: auto; max-width: 40rem }
        .stills { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.5rem }
        .scroll { overflow-x: auto }
        table { width: 100%; margin-top: 1rem; border-collapse: collapse; font-size: .9375rem }
        caption { text-align: left; font-weight: 600; padding-bottom: .4rem }
        th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--edge); text-align: left; vertical-align: baseline }
        th { color: var(--muted); font-weight: 500 } .n { text-align: right } td.n { white-space: nowrap } td:not(.n) { min-width: 6.5rem }
        th:last-child, td:last-child { padding-right: 0 }
        th button { all: unset; cursor: pointer; text-decoration: underline dotted; text-underline-offset: 3px }
        th button:focus-visible { outline: 3px solid var(--accent) }
        th[aria-sort=ascending] button::after { content: " ▲" } th[aria-sort=descending] button::after { content: " ▼" }
        details { margin-top: 1rem } summary { cursor: pointer; color: var(--accent) }
        pre { margin: .5rem 0; padding: 1rem; overflow: auto; max-height: 32rem; background: var(--code); border-radius: 8px;
          font: .84375rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }
        .facts div { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0 1rem; padding: .3rem 0;
          border-bottom: 1px solid var(--edge) }
        .facts dt { color: var(--muted); overflow-wrap: anywhere } .facts dd { overflow-wrap: anywhere }
        @media (max-width: 34rem) {
          section { padding: 1.1rem; border-radius: 10px } header, main, footer { padding-left: .75rem; padding-right: .75rem }
          .facts div { grid-template-columns: 1fr } table { font-size: .875rem }
        }
        @media print {
          @page { margin: 14mm } body { background: #fff; font-size: 11pt } nav, .skip, footer { display: none }
          section { border: 0; padding: 0; margin: 1.25rem 0 }
          header, main { max-width: none; padding: 0 } figure, .card, table, tr, .facts div { break-inside: avoid }
          .pair, .stills { grid-template-columns: 1fr 1fr } figure div { min-width: 0 !important } h2, h3 { break-after: avoid }
          .scroll, pre { overflow: visible; max-height: none; white-space: pre-wrap }
        }

        """;

    /// <summary>Sorts a table by the column whose header is pressed; opens what is folded before printing.</summary>
    public const string Script =
        """

        "use strict";
        const value = cell => {
          const n = parseFloat(cell.textContent.replace("−", "-").replace("±", ""));
          return Number.isNaN(n) ? cell.textContent : n;
        };
        for (const table of document.querySelectorAll("table.sortable")) {
          const heads = [...table.tHead.rows[0].cells];
          heads.forEach((head, column) => head.firstElementChild.addEventListener("click", () => {
            const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
            const rows = [...table.tBodies[0].rows].sort((a, b) => {
              const x = value(a.cells[column]), y = value(b.cells[column]);
              return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
            });
            heads.forEach(other => other.removeAttribute("aria-sort"));
            head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
            table.tBodies[0].append(...rows);
          }));
        }
        addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));

        """;
}
