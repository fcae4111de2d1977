import { findTool } from '../../../platform/find-tool';

test('a command is looked up on PATH, an absolute path is taken as it is', () => {
  expect(findTool('sh', 'REELWAY_X', '/nowhere:/bin')).toBe('/bin/sh');
  expect(findTool('/bin/sh', 'REELWAY_X', '')).toBe('/bin/sh');
});

test('a missing tool names the variable that mends it', () => {
  const find = (): string => findTool('no-such-tool', 'REELWAY_FFMPEG', '/bin');
  expect(find).toThrow(
    expect.objectContaining({ code: 'TOOL_MISSING', hint: expect.stringMatching(/REELWAY_FFMPEG/) }),
  );
});
