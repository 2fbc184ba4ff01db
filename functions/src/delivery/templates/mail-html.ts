import escapeHtml from 'escape-html';
import type { Locale } from '../locale.js';
import { fill, type Values } from './fill.js';

interface MailContent {
  readonly subject: string;
  /** Templates: plain text with placeholders. */
  readonly paragraphs: readonly string[];
  readonly values: Values;
}

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Hiragino Sans','Noto Sans JP',Arial,sans-serif";
const MONOSPACE = 'font-family:ui-monospace,Menlo,Consolas,monospace';
const CARD = 'width:100%;max-width:600px;table-layout:fixed;background-color:#ffffff;border-radius:8px';
const CELL = `padding:28px 24px 12px;${FONT};font-size:16px;line-height:1.5;color:#1b1f27;text-align:left;overflow-wrap:anywhere;word-break:break-word`;
const CODE = `padding:10px 13px 10px 16px;${MONOSPACE};font-size:28px;line-height:1.3;font-weight:700;letter-spacing:3px;background-color:#eaeef5;color:#1b1f27;border-radius:6px;white-space:nowrap;-webkit-user-select:all;user-select:all`;
const TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0"';
/** Read by no client, an inbox's preview line alone; Outlook for Windows has its own word for it. */
const HIDDEN = 'display:none;mso-hide:all;max-height:0;overflow:hidden';
/** Outlook for Windows takes Times New Roman where it doesn't know the first font of a list. */
const OUTLOOK_FONTS = `<!--[if mso]><style>.ink,.ink h1,.ink p{font-family:'Segoe UI',Arial,sans-serif!important}
.code{font-family:Consolas,monospace!important}</style><![endif]-->`;
/** Outlook for Windows knows no greatest width. */
const OUTLOOK_WIDTH = {
  open: `<!--[if mso]><table ${TABLE} width="600"><tr><td><![endif]-->`,
  close: '<!--[if mso]></td></tr></table><![endif]-->',
};
/** Fills the preview line of an inbox, so that the preheader stands there alone. */
const FILLER = '&zwnj;&nbsp;'.repeat(80);

/**
 * Inline styles are what every client knows; those that know more turn dark when the rest of the screen is. A code that a
 * client takes for a phone number should not look like a link at least.
 */
const HEAD_STYLE = `:root{color-scheme:light dark;supported-color-schemes:light dark}
.code a{color:inherit!important;text-decoration:none!important}
@media (prefers-color-scheme:dark){
.page{background-color:#12151a!important}.card{background-color:#1b2028!important}
.ink{color:#e9ecf1!important}.code{background-color:#2a3240!important;color:#ffffff!important}}`;

/**
 * A page of tables and inline styles, as mail clients need it: it loads nothing, links nowhere and runs nothing. Templates
 * and values alike are escaped.
 */
export function mailHtml({ subject, paragraphs, values }: MailContent, lang: Locale): string {
  const body = paragraphs.map((paragraph) => paragraphHtml(paragraph, values)).join('\n');
  const preheader = values.code || fill(paragraphs[0] ?? '', values);
  return `<!doctype html>
<html lang="${lang}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="x-apple-disable-message-reformatting">
<title>${escapeHtml(subject)}</title>
<style>${HEAD_STYLE}</style>
${OUTLOOK_FONTS}
</head>
<body class="page" style="margin:0;padding:0;background-color:#f2f4f7">
<div style="${HIDDEN}">${escapeHtml(preheader)}${FILLER}</div>
<table ${TABLE} width="100%" lang="${lang}" dir="ltr" class="page" style="background-color:#f2f4f7"><tr><td align="center" style="padding:24px 12px">
${OUTLOOK_WIDTH.open}
<table ${TABLE} width="100%" class="card" style="${CARD}"><tr><td class="ink" style="${CELL}">
<h1 class="ink" style="margin:0 0 20px;font-size:20px;line-height:1.35;color:#1b1f27">${escapeHtml(subject)}</h1>
${body}
</td></tr></table>
${OUTLOOK_WIDTH.close}
</td></tr></table>
</body>
</html>
`;
}

function paragraphHtml(paragraph: string, values: Values): string {
  if (paragraph.trim() === '{code}') return codeHtml(values.code);
  const text = fill(escapeHtml(paragraph), values, (value, name) =>
    name === 'code' ? `<strong style="${MONOSPACE}">${escapeHtml(value)}</strong>` : escapeHtml(value),
  );
  return `<p style="margin:0 0 16px">${text.replaceAll('\n', '<br>')}</p>`;
}

/** Spaced by its style alone: copied, it is the digits and nothing else. */
function codeHtml(code: string): string {
  return `<table ${TABLE} style="margin:0 0 16px"><tr><td class="code" style="${CODE}">${escapeHtml(code)}</td></tr></table>`;
}
