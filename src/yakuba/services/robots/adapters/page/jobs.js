const cut = (text) => [text.length, [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 2147483647, 7)].join(":");
switch (job.do) {
  case "fill": return await fill(job.entries);
  case "verify": return verify(job.entries);
  case "chosen": { const ones = fields(); return job.entries.map((entry) => { const { field } = find(entry.element, ones, FITS[entry.kind]); return field ? field.members.map((one) => one.name || one.id) : []; }); }
  case "press": { const done = press(job.element, job.entries, job.waits); return { ...done, before: done.before && cut(done.before) }; }
  case "senders": return senders();
  case "ready": { const found = ready(job.element); delete found.target; return found; }
  case "see": return see();
  case "glimpse": return { now: cut(glimpse()), loading: isLoading(), alerts: alerts().length + fieldErrors().length };
  case "cover": return cover(job.secrets, job.masked, job.labels);
  case "uncover": return uncover();
  case "targets": return targets();
  case "pointed": return pointed(job.x, job.y);
  // Asked from within the page, while its event waits: the answer must not be a promise.
  case "hit": return job.answer(pointedAt(job.hit));
  case "standing": return job.answer(standingIn(job.control));
  case "enters": return enters(job.element);
  case "file": return fileInput(job.element);
  case "box": return boxOf(job.element);
  default: throw new Error(`unknown job ${job.do}`);
}
