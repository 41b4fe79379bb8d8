// node parse.mjs FILE...: what the files declare, as JSON.
import { read } from './bicep.mjs';

console.log(JSON.stringify(process.argv.slice(2).map(read)));
