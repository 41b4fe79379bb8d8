// node resource-types.mjs GENERATED FILE...: what Azure says of the resources that the files declare, as far as they use it.
// GENERATED is the folder `generated` of a clone of github.com/Azure/bicep-types-az (MIT). The test's resource-types.json is its output.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read } from './bicep.mjs';

const [generated, ...paths] = process.argv.slice(2);
const flags = { required: 1, readOnly: 2 };
const used = new Map();
for (const file of paths.map(read)) {
  for (const { symbol, type, body } of file.resources) {
    const reads = file.reads.filter(({ path }) => path[0] === symbol).map(({ path }) => path.slice(1));
    used.set(type, [...used.get(type) ?? [], ...(body ? leaves(body, []) : []), ...reads]);
  }
}

console.log(`{\n${[...used].sort().map(([type, uses]) => `${JSON.stringify(type)}: ${JSON.stringify(describe(type, uses))}`).join(',\n')}\n}`);

function leaves(node, path) {
  const inside = Object.entries(node.properties ?? {}).concat((node.items ?? node.of ?? []).map(item => [null, item]));
  return [path, ...inside.flatMap(([name, child]) => leaves(child, name === null ? path : [...path, name]))];
}

function describe(type, uses) {
  const [name, version] = type.split('@');
  const path = readdirSync(generated)
    .map(folder => join(generated, folder, name.split('/')[0].toLowerCase(), version, 'types.json'))
    .find(path => existsSync(path) && readFileSync(path, 'utf8').toLowerCase().includes(`"${type.toLowerCase()}"`));
  if (!path) {
    throw new Error(`${type} is in no types.json`);
  }

  const types = JSON.parse(readFileSync(path, 'utf8'));
  const at = ({ $ref }) => types[Number($ref.split('/').at(-1))];
  return shape(at(types.find(found => found.$type === 'ResourceType' && found.name.toLowerCase() === type.toLowerCase()).body), uses, at);
}

function shape(type, uses, at) {
  switch (type.$type) {
    case 'ObjectType':
      return {
        ...(type.additionalProperties ? { others: shape(at(type.additionalProperties), uses.filter(use => use.length > 1).map(use => use.slice(1)), at) } : {}),
        properties: members(type.properties, uses, at),
      };
    case 'DiscriminatedObjectType':
      return {
        by: type.discriminator,
        properties: members(type.baseProperties, uses, at),
        cases: Object.fromEntries(Object.entries(type.elements).map(([value, element]) => [value, shape(at(element), uses, at)])),
      };
    case 'ArrayType':
      return { items: shape(at(type.itemType), uses, at) };
    case 'UnionType':
      return union(type.elements.map(at));
    case 'StringLiteralType':
      return { oneOf: [type.value] };
    default:
      return type.$type.replace('Type', '').toLowerCase();
  }
}

function union(elements) {
  const values = elements.filter(element => element.$type === 'StringLiteralType').map(element => element.value);
  return { oneOf: values, ...(values.length < elements.length ? { open: true } : {}) };
}

// Of properties that nobody uses only the name is kept, and whether they are required.
function members(properties, uses, at) {
  return Object.fromEntries(Object.entries(properties ?? {}).map(([name, property]) => {
    const inside = uses.filter(use => use[0] === name).map(use => use.slice(1));
    const kind = property.flags & flags.readOnly ? 'readOnly' : property.flags & flags.required ? 'required' : undefined;
    return [name, { is: kind, ...(inside.length > 0 ? { type: shape(at(property.type), inside, at) } : {}) }];
  }));
}
