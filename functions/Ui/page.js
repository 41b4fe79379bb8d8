'use strict';

// Everything is set as text, never as markup: names and messages come from definitions and models.
const find = id => document.getElementById(id);
const number = (value, digits = 3) => value === null || value === undefined ? '' : Number(value).toFixed(digits);
const time = text => text ? text.slice(0, 16).replace('T', ' ') : '';
// An allocation gives some scenarios more and others less; this is the mean.
const samplesOf = run => run.allocation?.meanSamples ?? run.samplesPerScenario;
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter(child => child !== null));
  return made;
};
const row = (...cells) => element('tr', {}, ...cells.map(cell =>
  cell instanceof Node ? element('td', {}, cell)
    : typeof cell === 'object' ? element('td', { className: cell.className ?? 'number', textContent: cell.text })
      : element('td', { textContent: cell })));

const key = find('key');
key.value = sessionStorage.getItem('key') ?? '';
let chosen = location.hash.slice(1);
let pages = 1;

async function ask(path) {
  const response = await fetch(`/api/${path}`, key.value ? { headers: { 'x-functions-key': key.value } } : {});
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw Object.assign(new Error(problem.detail ?? problem.title ?? `HTTP ${response.status}`), { status: response.status });
  }
  return response.json();
}

async function showRuns() {
  const runs = [];
  let token = null;
  for (let page = 0; page < pages && (page === 0 || token); page++) {
    const answer = await ask(`runs?pageSize=25${token ? `&continuationToken=${encodeURIComponent(token)}` : ''}`);
    runs.push(...answer.runs);
    token = answer.continuationToken;
  }
  find('more').hidden = !token;
  find('runs').tBodies[0].replaceChildren(...runs.map(run => {
    const link = element('a', { href: `#${run.runId}`, textContent: run.name || run.runId });
    const line = row(link, run.kind, { text: run.status, className: run.status === 'failed' ? 'bad' : '' },
      { text: String(run.items * run.variants.length * samplesOf(run)) }, { text: time(run.createdAt) });
    line.className = run.runId === chosen ? 'chosen' : '';
    return line;
  }));
  if (runs.length === 0) find('runs').tBodies[0].replaceChildren(row('No runs yet.'));
}

async function showFindings() {
  const { findings } = await ask('agent/findings');
  find('findings').hidden = findings.length === 0;
  find('findings').querySelector('ul').replaceChildren(...findings.map(finding => element('li', {},
    element('b', { textContent: `${finding.rule} ` }), `${finding.subject}: ${finding.message} ${finding.suggested_action}`)));
}

async function showRun() {
  if (!chosen) return;
  const run = await ask(`runs/${encodeURIComponent(chosen)}`);
  const analysis = await ask(`runs/${encodeURIComponent(chosen)}/analysis`).catch(error => {
    if (error.status === 404 || error.status === 409) return null;
    throw error;
  });
  const { completed, failed, total } = run.progress;
  find('run').replaceChildren(...[
    element('h2', { textContent: `${run.name} · ${run.status}` }),
    element('p', { className: 'quiet', textContent: `${run.runId} · ${run.items} items × ${run.variants.length} variants × ${samplesOf(run)} samples` }),
    element('progress', { max: total || 1, value: completed + failed }),
    element('p', { textContent: `${completed} completed, ${failed} failed of ${total}; ${run.calls.sent} calls, ${run.calls.repeated} repeated` }),
    run.reason ? element('p', { className: 'bad', textContent: run.reason }) : null,
    ...(analysis ? analysisOf(analysis) : [element('p', { className: 'quiet', textContent: 'There is no analysis yet.' })]),
  ].filter(part => part !== null));
}

function analysisOf(analysis) {
  const models = analysis.perModel;
  const ends = models.flatMap(model => [model.confidenceInterval?.lower ?? model.mean, model.confidenceInterval?.upper ?? model.mean]).filter(Number.isFinite);
  const scale = { from: Math.min(...ends), to: Math.max(...ends) };
  return [
    element('h2', { textContent: `Means${analysis.scorer ? ` of ${analysis.scorer}` : ''}, with intervals over items` }),
    table(['Variant', '#Mean', '95% interval', '', '#SD', '#Samples', 'Consistency'], models.map(model => row(
      model.variant, { text: number(model.mean) },
      { text: model.confidenceInterval ? `${number(model.confidenceInterval.lower)} .. ${number(model.confidenceInterval.upper)}` : '' },
      errorBar(model, scale), { text: number(model.stdDev) }, { text: String(model.sampleCount) },
      model.consistency === null ? '' : `${number(model.consistency, 2)} ${model.consistencyLabel ?? ''}`))),
    ...((analysis.comparisons ?? []).length === 0 ? [] : [
      element('h2', { textContent: 'Verdicts' }),
      table(['Variant', 'Against', 'Metric', 'Verdict', '#Effect', '#Interval', '#Adj. p'], analysis.comparisons.map(verdictRow)),
      ...analysis.comparisons.filter(comparison => comparison.reason).map(comparison => element('p', { className: 'quiet', textContent: `${comparison.variant} against ${comparison.control} by ${comparison.metric}: ${comparison.reason}` }))]),
    ...(analysis.warnings.length === 0 ? [] : [
      element('h2', { textContent: 'Warnings' }),
      element('ul', {}, ...analysis.warnings.map(warning => element('li', { textContent: `${warning.code}: ${warning.message}` })))]),
  ];
}

const verdictRow = comparison => row(
  comparison.variant, comparison.control, comparison.metric,
  { text: comparison.verdict, className: { better: 'good', worse: 'bad' }[comparison.verdict] ?? 'quiet' },
  { text: number(comparison.effect) },
  { text: comparison.interval ? `${number(comparison.interval.lower)} .. ${number(comparison.interval.upper)}` : '' },
  { text: number(comparison.adjustedPValue ?? comparison.pValue, 4) });

const table = (heads, rows) => element('table', {},
  element('thead', {}, element('tr', {}, ...heads.map(head => element('th', { textContent: head.replace('#', ''), className: head.startsWith('#') ? 'number' : '' })))),
  element('tbody', {}, ...rows));

/** The interval as a line and the mean as a dot, on one scale for all variants. */
function errorBar(model, { from, to }) {
  const x = value => 4 + 192 * (to > from ? (value - from) / (to - from) : 0.5);
  const drawing = drawn('svg', { viewBox: '0 0 200 16', role: 'img', 'aria-label': `mean ${number(model.mean)}` });
  if (model.confidenceInterval) {
    const { lower, upper } = model.confidenceInterval;
    drawing.append(drawn('line', { x1: x(lower), x2: x(upper), y1: 8, y2: 8 }), ...[lower, upper].map(end => drawn('line', { x1: x(end), x2: x(end), y1: 3, y2: 13 })));
  }
  if (Number.isFinite(model.mean)) drawing.append(drawn('circle', { cx: x(model.mean), cy: 8, r: 4 }));
  return drawing;
}

function drawn(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

async function refresh() {
  try {
    await Promise.all([showRuns(), showRun(), showFindings()]);
    find('state').textContent = `updated ${new Date().toISOString().slice(11, 19)} UTC`;
    find('state').className = '';
  } catch (error) {
    find('state').textContent = error.message;
    find('state').className = 'bad';
  }
}

async function keepUp() {
  if (!document.hidden) await refresh();
  setTimeout(keepUp, 3000);
}

key.addEventListener('change', () => { sessionStorage.setItem('key', key.value); refresh(); });
window.addEventListener('hashchange', () => { chosen = location.hash.slice(1); refresh(); });
find('more').addEventListener('click', () => { pages++; refresh(); });
keepUp();
