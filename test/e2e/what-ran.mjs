import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Jest reporter: which part of the suite ran on which API server, and how it went. */
class WhatRan {
  #folder = mkdtempSync(join(tmpdir(), 'e2e-notes-'));

  onRunStart() {
    // Workers inherit it; what they note there, this process cannot know otherwise.
    process.env.E2E_NOTES = join(this.#folder, 'notes');
  }

  onRunComplete(_contexts, results) {
    const notes = readNotes(process.env.E2E_NOTES);
    rmSync(this.#folder, { recursive: true });
    const tests = results.testResults.flatMap((file) => file.testResults);
    const titles = [...new Set(tests.map(({ ancestorTitles }) => ancestorTitles[0] ?? ''))].toSorted((one, other) =>
      one.localeCompare(other),
    );
    const rows = titles.map((title) => {
      const own = tests.filter(({ ancestorTitles }) => ancestorTitles[0] === title);
      const count = (status) => own.filter((test) => test.status === status).length;
      const ran = notes.find((note) => `${note.part}, on ${note.title}` === title);
      const [part, server] = title.split(', on ');
      const where = ran ? `Kubernetes ${ran.version} at ${ran.url}` : '-';
      return [part, server ?? '', where, count('passed'), count('failed'), count('pending')].map(String);
    });
    const header = ['PART', 'SERVER', 'VERSION AND ADDRESS', 'PASSED', 'FAILED', 'SKIPPED'];
    const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
    for (const row of [header, ...rows]) {
      process.stdout.write(
        `${row
          .map((cell, column) => cell.padEnd(widths[column]))
          .join('  ')
          .trimEnd()}\n`,
      );
    }
  }
}

function readNotes(file) {
  try {
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    // Nothing started.
    return [];
  }
}

// Jest asks for a default export.
export default WhatRan;
