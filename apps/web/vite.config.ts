import { defineConfig } from 'vite';

/** The page is static: it reads where the gateway is from `/runtime-config.json`, so one build serves every stage. */
export default defineConfig({
  build: { outDir: 'dist/site', target: 'es2022', sourcemap: true },
});
