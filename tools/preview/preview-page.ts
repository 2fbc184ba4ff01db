import escapeHtml from 'escape-html';
import type { Locale } from '../../functions/src/delivery/locale.js';
import { overlong } from './preview-table.js';
import type { PreviewOrg, Sample, SmsSample } from './samples.js';

/** How wide mails are shown, in pixels: on a phone, and as wide as they get. */
export const MAIL_WIDTHS = [375, 600] as const;

const STYLE = `
:root { color-scheme: light dark; --page: #f5f6f8; --card: #fff; --ink: #1b1f27; --soft: #5b6474; --line: #dde1e8; --accent: #0b57d0; --accent-soft: #e8f0fe; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #12151a; --card: #1b2028; --ink: #e9ecf1; --soft: #a3adbd; --line: #303845; --accent: #8ab4f8; --accent-soft: #1f2d45; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; scroll-padding-top: 4rem; }
main, header > div { max-width: 68rem; margin: 0 auto; padding: 0 1rem; }
header { position: sticky; top: 0; z-index: 1; background: var(--card); border-bottom: 1px solid var(--line); }
header > div { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; padding-block: .6rem; }
h1 { font-size: 1.15rem; margin: 0; } h2 { margin: 2rem 0 .75rem; } h3 { font: 600 1rem/1.5 ui-monospace, Menlo, Consolas, monospace; margin: 0; }
section { scroll-margin-top: 4rem; }
nav { display: flex; gap: .75rem; } a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; margin-bottom: 1rem; overflow-wrap: anywhere; }
.sms { margin: .5rem 0; padding: .5rem .9rem; max-width: 26rem; border-radius: 1rem; background: var(--accent-soft); white-space: pre-wrap; }
.size { margin: 0; color: var(--soft); font-size: .875rem; } .over { color: var(--bad); font-weight: 700; }
.subject { margin: 1rem 0 .5rem; font-weight: 600; }
.mails { display: flex; align-items: flex-start; gap: 1rem; overflow-x: auto; }
iframe { flex: none; border: 1px solid var(--line); border-radius: .5rem; height: 36rem; }
details { margin-top: .5rem; } pre { white-space: pre-wrap; font: .875rem/1.5 ui-monospace, Menlo, Consolas, monospace; }`;

/** Every sample on one page. What samples say enters it escaped; mails stand in frames that run nothing. */
export function previewPage(samples: readonly Sample[], { name, domain }: PreviewOrg): string {
  const locales = [...new Set(samples.map(({ locale }) => locale))];
  const over = overlong(samples).length;
  const verdict =
    over === 0 ? 'no text message over one segment' : `${over} text message${over === 1 ? '' : 's'} over one segment`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gatehouse messages</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header><div>
<h1>Messages</h1>
<nav aria-label="Languages">${locales.map((locale) => `<a href="#${locale}">${locale}</a>`).join('')}</nav>
<span class="size">${escapeHtml(name)}${domain === null ? '' : ` · ${escapeHtml(domain)}`} · ${samples.length} messages, <span id="verdict"${over === 0 ? '' : ' class="over"'}>${verdict}</span></span>
</div></header>
<main>
${locales.map((locale) => sectionHtml(locale, samples)).join('\n')}
</main>
</body>
</html>
`;
}

function sectionHtml(locale: Locale, samples: readonly Sample[]): string {
  const articles = samples.filter((sample) => sample.locale === locale).map(articleHtml);
  return `<section id="${locale}"><h2>${new Intl.DisplayNames('en', { type: 'language' }).of(locale)}</h2>\n${articles.join('\n')}\n</section>`;
}

function articleHtml({ purpose, locale, sms, longest, mail }: Sample): string {
  const frames = MAIL_WIDTHS.map(
    (width) =>
      `<iframe sandbox title="${purpose}, ${locale}, ${width} pixels" width="${width}" srcdoc="${escapeHtml(mail.html ?? '')}"></iframe>`,
  );
  return `<article>
<h3>${purpose}</h3>
<p class="sms" lang="${locale}">${escapeHtml(sms.text)}</p>
${sizeHtml('Text message', sms)}
${sizeHtml('At its longest', longest)}
<p class="subject" lang="${locale}">${escapeHtml(mail.subject ?? '')}</p>
<div class="mails">${frames.join('')}</div>
<details open><summary>Its text part</summary><pre lang="${locale}">${escapeHtml(mail.text)}</pre></details>
</article>`;
}

function sizeHtml(what: string, { encoding, characters, segments, hasName, hasDomain }: SmsSample): string {
  const parts = `${hasName ? 'with' : 'without'} the name${hasDomain ? ' and the line for autofill' : ''}`;
  const count = `<span${segments > 1 ? ' class="over"' : ''}>${segments} segment${segments > 1 ? 's' : ''}</span>`;
  return `<p class="size">${what}: ${encoding}, ${characters} characters, ${count}, ${parts}</p>`;
}
