// ESLint's recommended rules, and those below, each with its reason.
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";

const browser = { globals: globals.browser, ecmaVersion: 2022 }; // the target in build.mjs

export default defineConfig([
  globalIgnores(["static/dist/"]),
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": ["error", { checkForEach: true }], // a forgotten return is undefined in silence
      eqeqeq: "error", // == converts: "" == 0
      "id-denylist": ["error", "each", "one", "some"], // docs/contributing/style.md: name a loop variable after its element
      "no-console": "error", // the browser tests fail on a message; readers see none
      "no-eval": "error", // the Content-Security-Policy forbids what these three do
      "no-implied-eval": "error",
      "no-script-url": "error",
      "no-promise-executor-return": "error", // the value is lost
      "no-restricted-properties": ["error", ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
        property, message: "Labels come from data: set textContent, or append elements.",
      }))],
      "no-shadow": "error", // two things under one name, in one view
      "no-var": "error", // a var outlives its block
      "object-shorthand": "error",
      "prefer-const": "error", // what is assigned once says so
      "prefer-template": "error",
    },
  },
  { files: ["static/*.js", "frontend/src/*.js"], languageOptions: browser },
  { files: ["static/theme.js"], languageOptions: { sourceType: "script" } }, // a module would run after the first paint
  { files: ["frontend/build.mjs", "frontend/checks/*.js"], languageOptions: { globals: globals.node } },
]);
