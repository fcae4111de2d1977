import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const TYPESCRIPT = ['**/*.ts'];
const SCRIPTS = ['**/*.{js,mjs,cjs}'];
/** The environment is read in one place, so that every variable stands in contracts/schema/variables.ts. */
const READS_ENVIRONMENT = ['platform/**', 'local/**', 'test/**'];

const NODE_GLOBALS = Object.fromEntries(
  ['process', 'console', 'Buffer', 'URL', 'AbortController', 'AbortSignal', 'setTimeout', 'clearTimeout', 'fetch'].map(
    (name) => [name, 'readonly'],
  ),
);
const COMMONJS_GLOBALS = { module: 'writable', require: 'readonly', __dirname: 'readonly', __filename: 'readonly' };

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'One name everywhere: export by name.',
};
const NO_BARE_ERROR = {
  selector: 'ThrowStatement > NewExpression[callee.name=/^(Error|TypeError|RangeError|SyntaxError)$/]',
  message: 'Throw a ReelwayError with a code of contracts/model/errors.ts.',
};

export default tseslint.config(
  { ignores: ['dist/', '.local/', 'coverage/', 'test/replay/histories/'] },
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `(line) => log.info(line)` as a listener is clear; only a void value that is used is a mistake.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A parameter that a port prescribes and an adapter does not need.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      // Loops that wait for an outcome have no other condition.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_BARE_ERROR],
      'max-lines': ['error', 350],
      eqeqeq: 'error',
      // Refusing control characters is what these expressions are for.
      'no-control-regex': 'off',
    },
  },
  {
    files: TYPESCRIPT,
    ignores: READS_ENVIRONMENT,
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the configuration: platform/config.ts.' },
      ],
      'no-restricted-imports': [
        'error',
        ...['process', 'node:process'].map((name) => ({
          name,
          importNames: ['env'],
          message: 'Read the configuration: platform/config.ts.',
        })),
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A test may play somebody else who throws anything, and may name what it has just made.
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // expect(port.method).toHaveBeenCalled() never calls it.
      '@typescript-eslint/unbound-method': 'off',
      // jest types its matchers (expect.objectContaining) as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: SCRIPTS,
    languageOptions: { globals: { ...NODE_GLOBALS, ...COMMONJS_GLOBALS } },
  },
);
