/**
 * Complete lines of a stream. What comes after the last line feed is an event cut in two: it is dropped, and the watch
 * that resumes from the last whole event brings it again.
 */
export async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  // A long line arrives in many chunks: joined once, at its end.
  let parts: string[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      const tail = chunk.slice(start, end);
      const line = parts.length === 0 ? tail : parts.join('') + tail;
      parts = [];
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.length) parts.push(start === 0 ? chunk : chunk.slice(start));
  }
}
