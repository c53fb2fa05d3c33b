// Halls of any size, from the shipped generator.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** {plan, prices, numbers}: what POST /api/admin/concerts takes, and the numbers of its seats in the plan's order. */
export function makeHall(seats) {
    const folder = mkdtempSync(join(tmpdir(), "boxoffice-hall-"));
    try {
        const script = join(root, "examples/data/make_data.py");
        execFileSync("python3", [script, "--out", folder, "--seats", String(seats), "--buyers", "1"]);
        const rows = readFileSync(join(folder, "prices.csv"), "utf8").trim().split(/\r?\n/).slice(1);
        const plan = JSON.parse(readFileSync(join(folder, "hall.json"), "utf8"));
        return {
            plan,
            prices: Object.fromEntries(rows.map((row) => row.split(",")).map(([name, price]) => [name, Number(price)])),
            numbers: plan.zones.flatMap((zone) => zone.rows.flatMap((row) => row.seats.map((seat) => seat.seat_guid))),
        };
    } finally {
        rmSync(folder, { recursive: true });
    }
}
