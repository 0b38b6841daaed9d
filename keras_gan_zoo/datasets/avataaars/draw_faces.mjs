// Draws faces: node draw_faces.mjs FIRST COUNT FOLDER, in a folder with the packages installed.
// Writes FOLDER/faces.rgb (64x64x3 bytes each) and FOLDER/labels.jsonl, one line for each face.
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const SIZE = 64;
const [first, count, folder] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
// Packages are looked for where the command runs, not where this file lies.
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { createAvatar } = await load("@dicebear/core");
const style = await load("@dicebear/avataaars");
const { Resvg } = await load("@resvg/resvg-js");

const faces = openSync(folder + "/faces.rgb", "w");
const labels = openSync(folder + "/labels.jsonl", "w");
const rgb = Buffer.alloc(SIZE * SIZE * 3);
for (let index = first; index < first + count; index++) {
  const face = createAvatar(style, {
    // Hashed, because attributes of faces with plain numbers are not quite independent.
    seed: createHash("sha256").update(String(index)).digest("hex"),
    backgroundColor: ["b6e3f4"],
    accessoriesProbability: 50,
    facialHairProbability: 30,
  });
  const { svg, extra } = face.toJson();
  const options = { fitTo: { mode: "width", value: SIZE }, font: { loadSystemFonts: false } };
  const pixels = new Resvg(svg, options).render().pixels;
  for (let a = 0, b = 0; a < pixels.length; a += 4) {
    rgb[b++] = pixels[a];
    rgb[b++] = pixels[a + 1];
    rgb[b++] = pixels[a + 2];
  }
  writeSync(faces, rgb);
  writeSync(labels, JSON.stringify(extra) + "\n");
}
closeSync(faces);
closeSync(labels);
