#!/usr/bin/env bash
# deno test --ignore keeps a file out of the first path alone, and runs it when its folder is named second
#
# Guess:   "deno test --ignore=tests/paid_test.ts src tests" does not run paid_test.ts, in whichever order the folders stand.
# Came:    It runs it. With "tests src" it does not. deno lint and deno fmt look at the file in the same way. "exclude" in deno.json holds for each path. Nothing is said.
# With:    deno 2.9.6 (npm); run on 2026-11-28.
# Matters: A test that buys speech is kept out of a run by --ignore. One folder more on the command line, and it is run and paid for. Put such files into test.exclude, or give the test
#          an "ignore" that asks for a variable of the environment.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund deno@2.9.6
mkdir -p project/src project/tests
cd project
export DENO_NO_UPDATE_CHECK=1 NO_COLOR=1 DENO_DIR="$dir/cache"
deno="$dir/node_modules/.bin/deno"
echo 'Deno.test("free", () => {});' >src/free_test.ts
echo 'Deno.test("paid", () => {});' >tests/paid_test.ts
observe() {
  echo "test $*: $("$deno" test --no-check "$@" 2>/dev/null | grep -oE '(free|paid) \.\.\. ok' | cut -d' ' -f1 | sort | paste -sd,)"
}
check() {
  echo "$*: $("$deno" "$@" 2>&1 | grep -E '^Checked')"
}
{
  observe --ignore=tests/paid_test.ts tests src
  observe --ignore=tests/paid_test.ts src tests
  observe --ignore=tests src tests
  check lint --ignore=tests/paid_test.ts tests src
  check lint --ignore=tests/paid_test.ts src tests
  check fmt --check --ignore=tests/paid_test.ts tests src
  check fmt --check --ignore=tests/paid_test.ts src tests
  echo '{ "test": { "exclude": ["tests/paid_test.ts"] } }' >deno.json
  echo "With test.exclude in deno.json:"
  observe src tests
} | tee "$dir/seen"
cd "$dir"
diff - seen <<'WANT'
test --ignore=tests/paid_test.ts tests src: free
test --ignore=tests/paid_test.ts src tests: free,paid
test --ignore=tests src tests: free,paid
lint --ignore=tests/paid_test.ts tests src: Checked 1 file
lint --ignore=tests/paid_test.ts src tests: Checked 2 files
fmt --check --ignore=tests/paid_test.ts tests src: Checked 1 file
fmt --check --ignore=tests/paid_test.ts src tests: Checked 2 files
With test.exclude in deno.json:
test src tests: free
WANT
