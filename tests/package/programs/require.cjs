// Loads every subpath by require(), and makes a client. Usage: require <subpath>…

const client = new (require("@tsetsen/sdk").Client)({ apiKey: "tsetsen-development-emulator" });
client.close();
const kinds = process.argv.slice(2).map((path) => Object.keys(require(path)).length > 0);
console.log(process.version, kinds.every(Boolean));
