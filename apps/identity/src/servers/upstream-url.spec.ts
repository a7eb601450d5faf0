import { Problem } from '@latchkey/problem';
import { verifies } from '@latchkey/testing';
import { checkUpstreamUrl, isPrivateHost } from './upstream-url.ts';

const refused = (url: string, allowPrivate = false): boolean => {
  try {
    checkUpstreamUrl(url, allowPrivate);
    return false;
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid_request') return true;
    throw error;
  }
};

describe('upstream URLs', () => {
  const privateUrls = [
    'https://localhost/mcp',
    'https://LOCALHOST./mcp',
    'https://a.localhost/mcp',
    'https://127.0.0.1/mcp',
    'https://127.1/mcp',
    'https://2130706433/mcp',
    'https://0x7f000001/mcp',
    'https://0/mcp',
    'https://10.0.0.8/mcp',
    'https://172.16.0.1/mcp',
    'https://192.168.1.1/mcp',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/mcp',
    'https://224.0.0.1/mcp',
    'https://[::1]/mcp',
    'https://[::]/mcp',
    'https://[fe80::1]/mcp',
    'https://[fd00::1]/mcp',
    'https://[::ffff:127.0.0.1]/mcp',
    'https://[::ffff:7f00:1]/mcp',
    'https://[64:ff9b::7f00:1]/mcp',
    'https://[2002:7f00:1::]/mcp',
  ];

  verifies('AS-13', 'every spelling of an address that is not public is refused', () => {
    expect(privateUrls.filter((url) => !refused(url))).toEqual([]);
  });

  it('lets public names and addresses pass, over https only', () => {
    expect(refused('https://mcp.example.com/mcp')).toBe(false);
    expect(refused('https://93.184.216.34/mcp')).toBe(false);
    expect(refused('https://[2606:2800:220:1::1]/mcp')).toBe(false);
    expect(refused('http://mcp.example.com/mcp')).toBe(true);
    expect(isPrivateHost('notlocalhost.example')).toBe(false);
  });

  it('lets the operator lift the rule on addresses, and nothing else', () => {
    expect(privateUrls.filter((url) => refused(url, true))).toEqual([]);
    expect(refused('http://localhost:3000/mcp', true)).toBe(false);
    expect(refused('http://user:secret@localhost:3000/mcp', true)).toBe(true);
    expect(refused('http://localhost:3000/mcp#part', true)).toBe(true);
  });
});
