import { SupervisedFolder } from '../runtime/supervised/supervised-folder.ts'
import { type AppleRecord, decodeAppleRecord } from './container-record.ts'

/** What we keep of one container that `container` does not: its output, its exit code, and who supervises it. */
export class AppleFolder extends SupervisedFolder {
  record(): AppleRecord | undefined {
    return this.read('record.json', decodeAppleRecord)
  }

  writeRecord(record: AppleRecord): void {
    this.write('record.json', record)
  }
}
