-- All checks, one query for each kind. A rule is a row of `rule`: kind, codes, limits, months. A place is claim * $lines + line.
-- Each kind gives rule, place, other, code, value, measured, and has a counterpart in plain Python in the tests.

-- prepare
CREATE TABLE claim AS SELECT place * $claims + number AS claim, month, month_no, kind, inpatient, institution,
  CASE WHEN person = 0 THEN -(place * $claims + number) ELSE person END AS person, sex, birth, age,
  month // 100 - birth // 10000 - (birth // 100 % 100 > month % 100)::INT AS last_age, points,
  benefit, payer <> '' AS has_payer, total, visits, prescriber, line FROM claim_files;
-- A claim that came in an earlier file already (sent again) is looked at once: kind `duplicate` names it, nothing counts it twice.
CREATE TABLE again AS SELECT * EXCLUDE (file, first) FROM (SELECT *, claim // $claims AS file, min(claim // $claims) OVER
  (PARTITION BY person, institution, month, kind, inpatient, points, total, visits) AS first FROM claim
  WHERE person > 0 AND points IS NOT NULL) WHERE file > first;
DELETE FROM claim WHERE claim IN (SELECT claim FROM again);
CREATE VIEW claim_all AS SELECT * FROM claim UNION ALL SELECT * FROM again;
CREATE TABLE disease AS SELECT (place * $claims + d.number) AS claim, d.line, d.code::BIGINT AS code, d.started, d.suspected FROM disease_files d
  ANTI JOIN again a ON a.claim = place * $claims + d.number;
CREATE TABLE named AS SELECT DISTINCT code FROM (
  SELECT code FROM rule WHERE kind NOT IN ('eligibility','suspected','duplicate','near','injury','total') UNION ALL
  SELECT other FROM rule WHERE kind IN ('exclusion','pair') UNION ALL SELECT code FROM member_of);
CREATE TABLE item AS SELECT i.place * $claims + i.number AS claim,
  (i.place * $claims + i.number) * $lines + i.line AS place, i.kind, i.section, i.code::BIGINT AS code, i.amount, i.times, i.days, i.weeks, i.daily,
  i.value, c.month, c.month_no, c.kind AS table_, c.inpatient, c.institution, c.person, c.sex, c.age, c.last_age
FROM item_files i JOIN claim c ON c.claim = i.place * $claims + i.number WHERE i.code IN (SELECT code FROM named);
CREATE TABLE found(rule BIGINT, place BIGINT, other BIGINT, code BIGINT, value BIGINT, measured DOUBLE);
CREATE VIEW coded AS SELECT place, code, value, month, age, last_age, sex FROM item UNION ALL
  SELECT d.claim * $lines + d.line, d.code, NULL, c.month, c.age, c.last_age, c.sex FROM disease d JOIN claim c USING (claim);
CREATE TABLE known AS SELECT claim, code, suspected FROM disease UNION ALL
  SELECT c.claim, d.code, d.suspected FROM claim c JOIN claim m ON m.person = c.person AND m.month = c.month AND m.kind <> 4
  AND (c.prescriber = 0 OR m.institution = c.prescriber) JOIN disease d ON d.claim = m.claim WHERE c.kind = 4 AND c.person > 0;

-- kind: age
SELECT r.rule, i.place, 0, i.code, i.value, CASE WHEN i.age > r.high THEN i.age ELSE i.last_age END FROM coded i JOIN rule r ON r.kind='age' AND r.code = i.code AND i.month BETWEEN r.starts AND r.ends
WHERE i.last_age < r.low OR i.age > r.high;

-- kind: sex
SELECT r.rule, i.place, 0, i.code, i.value, i.sex FROM coded i JOIN rule r ON r.kind='sex' AND r.code = i.code AND i.month BETWEEN r.starts AND r.ends
WHERE i.sex IN (1, 2) AND i.sex <> r.low;

-- kind: setting
SELECT r.rule, i.place, 0, i.code, i.value, i.inpatient::INT FROM item i
JOIN rule r ON r.kind='setting' AND r.code = i.code AND i.month BETWEEN r.starts AND r.ends WHERE i.inpatient::INT <> r.low;

-- kind: count
WITH n AS (SELECT DISTINCT code, unit FROM rule WHERE kind='count'),
d AS (SELECT i.*, make_date(i.month // 100, i.month % 100, 1) + (g.day::INT - 1) AS on_day,
    CASE WHEN i.daily IS NULL THEN 1 ELSE split_part(i.daily, ',', g.day::INT)::INT END AS often
  FROM item i SEMI JOIN n ON n.code = i.code AND n.unit IN (1, 2), generate_series(1, 31) g(day) WHERE (i.days >> (g.day::INT - 1)) & 1 = 1),
by_day AS (SELECT code, person, institution, month, month_no, 1 AS unit, on_day::DATE AS bucket, max(place) AS place, sum(often) AS n,
    arg_max_null(value, place) AS value FROM d GROUP BY ALL),
by_week AS (SELECT code, person, institution, max(month) AS month, max(month_no) AS month_no, 2 AS unit,
    (on_day - (dayofweek(on_day))::INT)::DATE AS bucket, max(place) AS place, sum(often) AS n, arg_max_null(value, place) AS value
  FROM d GROUP BY code, person, institution, (on_day - (dayofweek(on_day))::INT)::DATE),
by_month AS (SELECT i.code, i.person, i.institution, i.month, i.month_no, 3 AS unit, NULL::DATE AS bucket, max(i.place) AS place, sum(i.times) AS n,
    arg_max_null(i.value, i.place) AS value FROM item i SEMI JOIN n ON n.code = i.code AND n.unit = 3 GROUP BY ALL)
SELECT r.rule, i.place, 0, i.code, any_value(i.value), max(i.n) FROM (SELECT * FROM by_day UNION ALL SELECT * FROM by_week UNION ALL SELECT * FROM by_month) i
JOIN rule r ON r.kind='count' AND r.code = i.code AND r.unit = i.unit AND r.span = 1 AND i.month BETWEEN r.starts AND r.ends WHERE i.n > r.high GROUP BY r.rule, i.place, i.code
UNION ALL
SELECT r.rule, i.place, 0, i.code, any_value(i.value), sum(b.n) FROM by_month i
JOIN rule r ON r.kind='count' AND r.code = i.code AND r.unit = 3 AND r.span > 1 AND i.month BETWEEN r.starts AND r.ends
JOIN by_month b ON b.code = i.code AND b.person = i.person AND b.institution = i.institution AND b.month_no BETWEEN i.month_no - r.span + 1 AND i.month_no
GROUP BY r.rule, i.place, i.code, r.high HAVING sum(b.n) > r.high;

-- kind: exclusion
WITH r AS (SELECT *, code * 1000000000 + other AS pair FROM rule WHERE kind='exclusion'),
a AS (SELECT * FROM item SEMI JOIN r ON r.code = item.code), b AS (SELECT * FROM item SEMI JOIN r ON r.other = item.code)
SELECT r.rule, i.place, min(b.place), i.code, any_value(i.value), 0 FROM a i
JOIN b ON b.person = i.person AND b.institution = i.institution AND b.month = i.month
JOIN r ON r.pair = i.code * 1000000000 + b.code AND i.month BETWEEN r.starts AND r.ends
WHERE r.unit = 3 OR (r.unit = 1 AND (i.days & b.days) <> 0) OR (r.unit = 2 AND (i.weeks & b.weeks) <> 0)
GROUP BY r.rule, i.place, i.code;

-- kind: bundling
SELECT r.rule, b.place, min(i.place), b.code, any_value(b.value), 0 FROM item i
JOIN rule r ON r.kind='bundling' AND r.code = i.code AND i.month BETWEEN r.starts AND r.ends
JOIN item b ON b.person = i.person AND b.institution = i.institution AND b.month = i.month AND b.code <> i.code
JOIN member_of g ON g.grp = r.other AND g.code = b.code AND b.month BETWEEN g.starts AND g.ends
WHERE r.unit = 3 OR (i.days & b.days) <> 0 GROUP BY r.rule, b.place, b.code;

-- kind: indication
WITH r AS (SELECT rule, code, starts, ends, mark, code * 10000000 + other AS pair FROM rule WHERE kind='indication'),
named_ AS (SELECT DISTINCT rule, code, starts, ends FROM r),
asked AS (SELECT DISTINCT i.place, i.claim, i.code, i.value, r.rule FROM item i JOIN named_ r ON r.code = i.code AND i.month BETWEEN r.starts AND r.ends
  SEMI JOIN known k ON k.claim = i.claim),
answered AS (SELECT i.place, r.rule FROM item i JOIN known k ON k.claim = i.claim
  JOIN r ON r.pair = i.code * 10000000 + k.code AND i.month BETWEEN r.starts AND r.ends AND (NOT k.suspected OR r.mark = 1))
SELECT a.rule, a.place, 0, a.code, a.value, 0 FROM asked a ANTI JOIN answered b ON b.place = a.place AND b.rule = a.rule;

-- kind: contraindication
WITH r AS (SELECT *, code * 10000000 + other AS pair FROM rule WHERE kind='contraindication'),
a AS (SELECT * FROM item SEMI JOIN r ON r.code = item.code)
SELECT r.rule, i.place, min(d.claim * $lines + d.line), i.code, any_value(i.value), 0 FROM a i
JOIN disease d ON d.claim = i.claim AND NOT d.suspected
JOIN r ON r.pair = i.code * 10000000 + d.code AND i.month BETWEEN r.starts AND r.ends GROUP BY r.rule, i.place, i.code;

-- kind: pair
WITH r AS (SELECT *, code * 1000000000 + other AS pair FROM rule WHERE kind='pair'),
a AS (SELECT * FROM item SEMI JOIN r ON r.code = item.code), b AS (SELECT * FROM item SEMI JOIN r ON r.other = item.code)
SELECT r.rule, i.place, min(b.place), i.code, any_value(i.value), 0 FROM a i JOIN b ON b.person = i.person AND b.month = i.month
JOIN r ON r.pair = i.code * 1000000000 + b.code AND i.month BETWEEN r.starts AND r.ends GROUP BY r.rule, i.place, i.code;

-- kind: dose
SELECT r.rule, i.place, 0, i.code, i.value, i.amount FROM item i JOIN rule r ON r.kind='dose' AND r.code = i.code AND i.month BETWEEN r.starts AND r.ends
WHERE i.amount > r.high OR i.amount < r.low;

-- kind: days
SELECT r.rule, max(i.place), 0, i.code, arg_max_null(i.value, i.place), sum(i.times) FROM item i
JOIN rule r ON r.kind='days' AND r.code = i.code AND i.month BETWEEN r.starts AND r.ends WHERE i.kind = 2
GROUP BY r.rule, i.claim, i.code, r.high HAVING sum(i.times) > r.high;

-- kind: again
WITH d AS (SELECT i.*, make_date(i.month // 100, i.month % 100, 1) + (g.day::INT - 1) AS on_day FROM item i
  SEMI JOIN (SELECT code FROM rule WHERE kind='again') n ON n.code = i.code, generate_series(1, 31) g(day)
  WHERE (i.days >> (g.day::INT - 1)) & 1 = 1)
SELECT r.rule, i.place, max(b.place), i.code, any_value(i.value), min(date_diff('day', b.on_day, i.on_day)) FROM d i
JOIN rule r ON r.kind='again' AND r.code = i.code AND i.month BETWEEN r.starts AND r.ends
JOIN d b ON b.code = i.code AND b.person = i.person AND b.institution = i.institution
WHERE date_diff('day', b.on_day, i.on_day) BETWEEN 1 AND r.high GROUP BY r.rule, i.place, i.code;

-- kind: suspected
SELECT r.rule, d.claim * $lines + d.line, 0, d.code, NULL, i.month_no - d.started FROM disease d JOIN claim i ON i.claim = d.claim
JOIN rule r ON r.kind='suspected' AND (r.code = 0 OR r.code = d.code) AND i.month BETWEEN r.starts AND r.ends
WHERE d.suspected AND d.started > 0 AND i.month_no - d.started >= r.high;

-- kind: eligibility
WITH own AS (SELECT i.claim, m.* FROM claim i JOIN member m ON m.person = i.person UNION ALL
    SELECT i.claim, m.* FROM (SELECT place * $claims + number AS claim, ltrim(insurer, '0') || '|' || trim(symbol) || '|' || ltrim(insured, '0') AS household,
      ltrim(branch, '0') AS branch, birth FROM claim_files WHERE insured <> '') i
    JOIN member m ON m.household = i.household AND (m.branch = '') <> (i.branch = '') AND coalesce(m.birth, i.birth) = i.birth),
s AS (SELECT i.claim, any_value(m.person) IS NOT NULL AS listed,
    count(m.person) FILTER (WHERE m.since < i.month * 100 + 32 AND m.until > i.month * 100 + 1) AS covered,
    bool_or(m.benefit = i.benefit) FILTER (WHERE m.benefit > 0 AND m.since < i.month * 100 + 32 AND m.until > i.month * 100 + 1) AS agrees,
    coalesce(bool_or(m.payer <> '') FILTER (WHERE m.since < i.month * 100 + 32 AND m.until > i.month * 100 + 1), false) AS payer
  FROM claim i LEFT JOIN own m ON m.claim = i.claim GROUP BY i.claim)
SELECT r.rule, i.claim * $lines + i.line, 0, 0, i.points, i.benefit FROM claim i JOIN s USING (claim)
JOIN rule r ON r.kind='eligibility' AND i.month BETWEEN r.starts AND r.ends
WHERE (SELECT count(*) FROM member) > 0 AND ((r.low = 1 AND NOT s.listed) OR (r.low = 2 AND s.listed AND s.covered = 0)
  OR (r.low = 3 AND s.covered > 0 AND i.benefit IS NOT NULL AND NOT coalesce(s.agrees, true))
  OR (r.low = 4 AND s.payer AND NOT i.has_payer));

-- kind: duplicate
WITH g AS (SELECT person, institution, month, kind, inpatient, points, min(claim) AS first FROM claim_all
  WHERE person > 0 AND points IS NOT NULL GROUP BY ALL HAVING count(*) > 1)
SELECT r.rule, i.claim * $lines + i.line, f.claim * $lines + f.line, 0, i.points, 0 FROM claim_all i
JOIN g USING (person, institution, month, kind, inpatient, points) JOIN claim_all f ON f.claim = g.first
JOIN rule r ON r.kind='duplicate' AND i.month BETWEEN r.starts AND r.ends WHERE i.claim <> g.first;

-- kind: injury
SELECT r.rule, min(d.claim * $lines + d.line), 0, arg_min(d.code, d.line), any_value(i.points), 0 FROM disease d
JOIN claim i ON i.claim = d.claim JOIN rule r ON r.kind='injury' AND r.code = d.code AND i.month BETWEEN r.starts AND r.ends GROUP BY r.rule, d.claim;

-- kind: total
SELECT r.rule, i.claim * $lines + i.line, 0, 0, i.points, i.total FROM claim i JOIN rule r ON r.kind='total' AND i.month BETWEEN r.starts AND r.ends
WHERE i.points IS NOT NULL AND i.total IS NOT NULL AND i.points <> i.total;

-- kind: near
SELECT r.rule, i.claim * $lines + i.line, f.claim * $lines + f.line, 0, i.points, 0 FROM claim i
JOIN claim f ON f.institution = i.institution AND f.month = i.month AND f.kind = i.kind AND f.inpatient = i.inpatient AND f.points = i.points
  AND f.person <> i.person AND f.claim < i.claim AND f.sex = i.sex AND damerau_levenshtein(f.birth::VARCHAR, i.birth::VARCHAR) <= 1
JOIN rule r ON r.kind='near' AND i.month BETWEEN r.starts AND r.ends;

-- pairs
SELECT f.rule, f.place, f.other, a.name, a.kana, a.birth::VARCHAR, b.name, b.kana, b.birth::VARCHAR FROM found f
JOIN rule r ON r.rule = f.rule AND r.kind = 'near'
JOIN claim_files a ON a.place * $claims + a.number = f.place // $lines JOIN claim_files b ON b.place * $claims + b.number = f.other // $lines;

-- people
SELECT place * $claims + number AS claim, month, institution_code, institution_name, name, kana, birth, line FROM claim_files
WHERE list_contains(?, place * $claims + number);

-- codes
SELECT place, code FROM item WHERE list_contains(?, place) UNION ALL
SELECT claim * $lines + line, code FROM disease WHERE list_contains(?, claim * $lines + line);
