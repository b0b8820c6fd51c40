import { readFileSync, realpathSync, statfsSync } from 'node:fs'

/**
 * Numbers by which Linux names file systems that several machines may have mounted, or that a host shares with a guest.
 * https://man7.org/linux/man-pages/man2/statfs.2.html and include/uapi/linux/magic.h
 */
const remote: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x00c36400, 'ceph'],
  [0x5346414f, 'afs'],
  [0x6b414653, 'kafs'],
  [0x73757245, 'coda'],
  [0x0000564c, 'ncp'],
  [0x0bd00bd0, 'lustre'],
  [0x01161970, 'gfs2'],
  [0x7461636f, 'ocfs2'],
  [0x20030528, 'orangefs'],
  [0x19830326, 'beegfs'],
  [0x786f4256, 'vboxsf'],
  [0xbacbacbc, 'vmhgfs'],
])

const fuse = 0x65735546
const plan9 = 0x01021997

/** File systems in user space that lead to another machine, by their names in mountinfo after `fuse.`. */
const remoteFuse = /^(sshfs|s3fs|rclone|gcsfuse|glusterfs|davfs2?|curlftpfs|goofys|juicefs|cephfs|ceph-fuse|moosefs|mfs|smbnetfs|vmhgfs-fuse|blobfuse2?|geesefs|seaweedfs|afp|onedriver|google-drive-ocamlfuse)$/

interface Mount {
  readonly at: string
  readonly type: string
  readonly options: string
}

/** Blanks, tabs, line ends and backslashes of a path are written as octal numbers. */
const unescaped = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

const parseMount = (line: string): ReadonlyArray<Mount> => {
  const [before, after] = line.split(' - ')
  const at = before?.split(' ')[4]
  const [type, , options = ''] = after?.split(' ') ?? []
  return at === undefined || type === undefined ? [] : [{ at: unescaped(at), type, options }]
}

const holds = ({ at }: Mount, path: string): boolean => at === '/' || path === at || path.startsWith(`${at}/`)

/** The mount that a path lies on: the deepest one, and of several at one place the last, which covers the others. */
const mountOf = (mountinfo: string, path: string): Mount | null =>
  mountinfo
    .split('\n')
    .flatMap(parseMount)
    .filter((mount) => holds(mount, path))
    .reduce<Mount | null>((deepest, mount) => (deepest === null || mount.at.length >= deepest.at.length ? mount : deepest), null)

/** Sandboxes such as gVisor serve their own disk over 9p by a file descriptor; WSL reaches the drives of Windows so. */
const isRemotePlan9 = ({ options }: Mount): boolean => !options.includes('trans=fd') || options.includes('aname=drvfs')

/**
 * The name of the network file system that a path lies on, or null. `type` is what `statfs` says of it, `mountinfo` the text of
 * /proc/self/mountinfo (https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html), which tells what is behind FUSE and 9p.
 */
export const networkFileSystem = (type: number, mountinfo: string, path: string): string | null => {
  const known = remote.get(type >>> 0)
  if (known !== undefined) return known
  const mount = type === fuse || type === plan9 ? mountOf(mountinfo, path) : null
  if (mount === null) return null
  if (type === plan9) return isRemotePlan9(mount) ? '9p' : null
  return remoteFuse.test(mount.type.replace(/^fuse(blk)?\./, '')) ? mount.type : null
}

/** Windows names what is on another machine by two backslashes. */
const isUnc = (path: string): boolean => /^[\\/]{2}(?![?.][\\/](?!UNC))/i.test(path)

/**
 * The same of a path that is there, as far as this system tells: by `statfs` on Linux, by the path on Windows, never on macOS, whose
 * numbers differ from one start to the next. What cannot be found out is taken for local.
 */
export const networkFileSystemAt = (path: string): string | null => {
  if (process.platform === 'win32') return isUnc(path) ? 'a network share' : null
  if (process.platform !== 'linux') return null
  try {
    return networkFileSystem(statfsSync(path).type, readFileSync('/proc/self/mountinfo', 'utf8'), realpathSync(path))
  } catch {
    return null
  }
}
