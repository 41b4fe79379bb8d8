// Reads Bicep: what a file declares, with its objects as trees, and where its text is no Bicep.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')));

export function read(path) {
  const tree = parser.parse(readFileSync(path, 'utf8'));
  const file = { path, errors: [], resources: [], reads: [] };
  visit(tree.rootNode, file);
  tree.delete();
  return file;
}

function visit(node, file) {
  if (node.isError || node.isMissing) {
    file.errors.push({ line: node.startPosition.row + 1, text: node.isMissing ? `missing ${node.type}` : node.text.slice(0, 60) });
  } else if (node.type === 'resource_declaration') {
    file.resources.push(resource(node));
  } else if (node.type === 'member_expression') {
    const path = memberPath(node);
    if (path) {
      file.reads.push({ line: node.startPosition.row + 1, path });
      return;
    }
  }

  for (const child of node.children) {
    visit(child, file);
  }
}

function resource(node) {
  const [symbol, type, value] = node.namedChildren.filter(child => !['decorators', 'comment'].includes(child.type));
  const body = value && bodyOf(value);
  return {
    symbol: symbol.text,
    type: literal(type),
    line: node.startPosition.row + 1,
    existing: node.children.some(child => child.text === 'existing'),
    body: body ? tree(body) : null,
  };
}

// The body stands alone, behind a condition, or inside a loop.
function bodyOf(node) {
  return node.type === 'object' ? node : node.namedChildren.map(bodyOf).findLast(found => found) ?? null;
}

function tree(node) {
  const at = { line: node.startPosition.row + 1 };
  switch (node.type) {
    case 'object':
      return { ...at, kind: 'object', properties: properties(node) };
    case 'array':
      return { ...at, kind: 'array', items: node.namedChildren.filter(child => child.type !== 'comment').map(tree) };
    case 'string':
      return literal(node) === null ? { ...at, kind: 'text' } : { ...at, kind: 'string', value: literal(node) };
    case 'number':
      return { ...at, kind: 'number', value: Number(node.text) };
    case 'boolean':
      return { ...at, kind: 'boolean', value: node.text === 'true' };
    case 'ternary_expression':
      return { ...at, kind: 'either', of: node.namedChildren.slice(1).map(tree) };
    default:
      return { ...at, kind: 'expression', text: node.text };
  }
}

function properties(node) {
  return Object.fromEntries(node.namedChildren
    .filter(child => child.type === 'object_property')
    .map(({ namedChildren: [name, value] }) => [(name.type === 'string' ? literal(name) : name.text) ?? name.text, tree(value)]));
}

// Null for a string with something of the moment in it.
function literal(node) {
  return node.namedChildren.some(child => child.type === 'interpolation') ? null : node.namedChildren.map(child => child.text).join('');
}

function memberPath(node) {
  const [object, property] = node.namedChildren;
  const before = object.type === 'identifier' ? [object.text] : object.type === 'member_expression' ? memberPath(object) : null;
  return before && property.type === 'property_identifier' ? [...before, property.text] : null;
}
