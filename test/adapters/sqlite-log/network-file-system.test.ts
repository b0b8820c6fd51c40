import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { networkFileSystem, networkFileSystemAt } from '../../../src/adapters/sqlite-log/network-file-system.js'
import { backupVault, initVault, openVault, restoreVault, secret } from '../../../src/index.js'
import { left, makePlace, type Place, right } from '../composition/place.js'

const [nfs, cifs, smb2, fuse, plan9, ext, overlay, tmpfs] = [0x6969, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0xef53, 0x794c7630, 0x01021994]

/** A place whose `statfs` says that it is on NFS; everywhere else the system says what is so. */
const share = vi.hoisted(() => ({ at: 'none' }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const statfsSync = (path: string) => (path.startsWith(share.at) ? { ...fs.statfsSync(path), type: 0x6969 } : fs.statfsSync(path))
  return { ...fs, statfsSync }
})

// As /proc/self/mountinfo tells it on a laptop, under WSL 2, in gVisor and in a container.
const laptop = `22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro
31 22 0:27 / /tmp rw,nosuid,nodev shared:12 - tmpfs tmpfs rw,size=8123456k
95 22 0:61 / /home/ann/nas\\040share rw,relatime shared:50 - fuse.sshfs ann@nas:/volume1 rw,user_id=1000,group_id=1000
97 22 0:63 / /home/ann/disk rw,relatime shared:51 - fuseblk /dev/sdb1 rw,user_id=0,group_id=0,allow_other,blksize=4096
99 22 0:65 / /home/ann/crypt rw,relatime shared:52 - fuse.gocryptfs /home/ann/.crypt rw,user_id=1000,group_id=1000
101 22 0:66 / /mnt/cloud rw,relatime shared:53 - fuse.rclone drive: rw,user_id=1000,group_id=1000
`
const wsl = `76 67 8:32 / / rw,relatime - ext4 /dev/sdc rw,discard,errors=remount-ro,data=ordered
104 76 0:53 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync,aname=drvfs;path=C:\\;uid=1000;gid=1000;symlinkroot=/mnt/,mmap,access=client,msize=65536,trans=fd,rfd=5,wfd=5
`
const sandbox = `1 1 0:23 / / rw - 9p none rw,trans=fd,rfdno=4,wfdno=4,aname=/,dfltuid=4294967294,dfltgid=4294967294,dcache=1000,cache=remote_revalidating
`
const machine = `20 1 0:31 / / rw,relatime - 9p rootshare rw,access=client,trans=virtio
`
const covered = `22 1 259:2 / / rw - ext4 /dev/sda1 rw
60 22 0:50 / /data rw - fuse.sshfs a@b:/ rw
61 60 0:51 / /data rw - fuse.gocryptfs /x rw
62 22 0:52 / /data2 rw - fuse.sshfs a@b:/ rw
`

describe('a network file system', () => {
  it.each([
    [nfs, 'nfs'],
    [cifs, 'cifs'],
    [cifs | 0, 'cifs'],
    [smb2, 'smb2'],
    [0x00c36400, 'ceph'],
    [0x0bd00bd0, 'lustre'],
    [0x786f4256, 'vboxsf'],
  ])('is known by its number %i, whatever the mounts say', (type, name) => {
    expect(networkFileSystem(type, '', '/x')).toBe(name)
    expect(networkFileSystem(type, laptop, '/x')).toBe(name)
  })

  it.each([ext, overlay, tmpfs, 0x9123683e, 0x58465342, 0x2fc12fc1, 0])('is none of number %i', (type) => {
    expect(networkFileSystem(type, laptop, '/home/ann/nas share/vault')).toBeNull()
  })

  it.each([
    [laptop, fuse, '/home/ann/nas share/.lean_vault', 'fuse.sshfs'],
    [laptop, fuse, '/home/ann/nas share', 'fuse.sshfs'],
    [laptop, fuse, '/mnt/cloud/team/vault', 'fuse.rclone'],
    [laptop, fuse, '/home/ann/disk/vault', null],
    [laptop, fuse, '/home/ann/crypt/vault', null],
    [laptop, fuse, '/mnt/cloudy/vault', null],
    [wsl, plan9, '/mnt/c/Users/ann/vault', '9p'],
    [sandbox, plan9, '/root/.lean_vault', null],
    [machine, plan9, '/root/.lean_vault', '9p'],
    [covered, fuse, '/data/vault', null],
    [covered, fuse, '/data2/vault', 'fuse.sshfs'],
    ['', fuse, '/data', null],
    ['not a mountinfo\n1 2 3\n - \n', fuse, '/data', null],
  ])('behind FUSE or 9p is known by its mount', (mountinfo, type, path, name) => {
    expect(networkFileSystem(type, mountinfo, path)).toBe(name)
  })

  it('is not what these tests run on, nor a place that is not there', () => {
    expect(networkFileSystemAt(tmpdir())).toBeNull()
    expect(networkFileSystemAt('/no/such/place')).toBeNull()
  })
})

describe('a vault on a network file system', () => {
  let place: Place
  let mounted: string
  beforeEach(() => {
    place = makePlace()
    mounted = mkdtempSync(join(tmpdir(), 'lean-vault-share-'))
    share.at = mounted
  })
  afterEach(() => {
    share.at = 'none'
    place.dispose()
    rmSync(mounted, { recursive: true, force: true })
  })
  const refused = { _tag: 'VaultUnavailable', reason: 'network', message: expect.stringContaining('nfs') as string }

  it('is neither made nor opened, and nothing is written or sent', async () => {
    const home = join(mounted, 'deep/vault')
    expect(await left(initVault({ ...place.options, home, managementKey: place.managementKey }))).toMatchObject(refused)
    expect(readdirSync(mounted)).toEqual([])
    share.at = 'none'
    await right(initVault({ ...place.options, home, managementKey: place.managementKey }))
    share.at = mounted
    expect(await left(openVault({ ...place.options, home }))).toMatchObject(refused)
  })

  it('can have its backups there all the same, and is not restored there', async () => {
    await right(initVault({ ...place.options, managementKey: place.managementKey }))
    const file = join(mounted, 'vault.age')
    const backupPassphrase = secret('for the backup')
    await right(backupVault({ ...place.options, file, backupPassphrase, cost: 10 }))
    expect(readdirSync(mounted)).toEqual(['vault.age'])
    expect(readdirSync(place.home).filter((name) => name.includes('partial'))).toEqual([])
    const there = { ...place.options, userFolder: join(place.folder, 'other'), file, backupPassphrase }
    expect(await left(restoreVault({ ...there, home: join(mounted, 'vault') }))).toMatchObject(refused)
    expect(readdirSync(mounted)).toEqual(['vault.age'])
    await right(restoreVault({ ...there, home: join(place.folder, 'restored') }))
    expect(existsSync(join(place.folder, 'restored/vault.db'))).toBe(true)
  })
})
