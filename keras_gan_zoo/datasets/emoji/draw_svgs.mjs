// Draws vector pictures: node draw_svgs.mjs SIDE FILE < NAMES, in a folder with the package installed.
// Writes FILE, side x side x 3 bytes for each of the names on the lines of the standard input.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [side, file] = [Number(process.argv[2]), process.argv[3]];
// The package is looked for where the command runs, not where this file lies.
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const { Resvg } = await import(pathToFileURL(require.resolve("@resvg/resvg-js")));

const options = {
  fitTo: { mode: "width", value: side },
  background: "white",
  font: { loadSystemFonts: false },
};
const drawn = openSync(file, "w");
const rgb = Buffer.alloc(side * side * 3);
for (const name of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const pixels = new Resvg(readFileSync(name, "utf8"), options).render().pixels;
  for (let a = 0, b = 0; a < pixels.length; a += 4) {
    rgb[b++] = pixels[a];
    rgb[b++] = pixels[a + 1];
    rgb[b++] = pixels[a + 2];
  }
  writeSync(drawn, rgb);
}
closeSync(drawn);
