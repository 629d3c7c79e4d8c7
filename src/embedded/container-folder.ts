import { join } from 'node:path'
import { SupervisedFolder } from '../runtime/supervised/supervised-folder.ts'
import { type ContainerRecord, decodeRecord } from './container-record.ts'

/** The files of one container of this runtime. */
export class ContainerFolder extends SupervisedFolder {
  /** Where the supervising process takes connections to ports inside. */
  get ports(): string {
    return join(this.path, 'ports.sock')
  }

  /** `/etc/hosts` inside; bound there, so it has to be rewritten in place. */
  get hosts(): string {
    return join(this.path, 'hosts')
  }

  record(): ContainerRecord | undefined {
    return this.read('record.json', decodeRecord)
  }

  writeRecord(record: ContainerRecord): void {
    this.write('record.json', record)
  }
}
