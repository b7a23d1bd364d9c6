/**
 * Errors that go to the client. SQLSTATEs: PostgreSQL manual, appendix A.
 * Texts follow PostgreSQL's: lower case start, names in double quotes, no full stop.
 */

export interface SqlErrorFields {
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** 1-based position in characters of the statement text, for psql's caret. */
  readonly position?: number | undefined;
  readonly internalQuery?: string | undefined;
  readonly where?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
  /** The session ends after this one. */
  readonly fatal?: boolean | undefined;
}

export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly sqlState: string;
  readonly fields: SqlErrorFields;

  constructor(sqlState: SqlState, message: string, fields: SqlErrorFields = {}) {
    super(message);
    this.sqlState = sqlState;
    this.fields = fields;
  }
}

export type NoticeSeverity = 'DEBUG' | 'LOG' | 'INFO' | 'NOTICE' | 'WARNING';

/** A message beside the result: NoticeResponse. */
export interface Notice {
  readonly severity: NoticeSeverity;
  readonly sqlState: string;
  readonly message: string;
  readonly fields?: SqlErrorFields | undefined;
}

/** SQLSTATEs by PostgreSQL's condition names; extend as needed, in the order of the codes. */
export const sqlState = {
  successfulCompletion: '00000',
  warning: '01000',
  protocolViolation: '08P01',
  featureNotSupported: '0A000',
  cardinalityViolation: '21000',
  dataException: '22000',
  stringDataRightTruncation: '22001',
  nullValueNotAllowed: '22004',
  numericValueOutOfRange: '22003',
  invalidDatetimeFormat: '22007',
  datetimeFieldOverflow: '22008',
  invalidTimeZoneDisplacementValue: '22009',
  invalidUseOfEscapeCharacter: '2200C',
  invalidEscapeCharacter: '22019',
  divisionByZero: '22012',
  intervalFieldOverflow: '22015',
  characterNotInRepertoire: '22021',
  invalidParameterValue: '22023',
  invalidEscapeSequence: '22025',
  stringDataLengthMismatch: '22026',
  substringError: '22011',
  invalidRegularExpression: '2201B',
  invalidArgumentForLogarithm: '2201E',
  invalidArgumentForPowerFunction: '2201F',
  invalidArgumentForWidthBucketFunction: '2201G',
  invalidRowCountInLimitClause: '2201W',
  invalidRowCountInResultOffsetClause: '2201X',
  arraySubscriptError: '2202E',
  sequenceGeneratorLimitExceeded: '2200H',
  untranslatableCharacter: '22P05',
  invalidTextRepresentation: '22P02',
  invalidBinaryRepresentation: '22P03',
  badCopyFileFormat: '22P04',
  restrictViolation: '23001',
  notNullViolation: '23502',
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  checkViolation: '23514',
  exclusionViolation: '23P01',
  invalidCursorState: '24000',
  invalidTransactionState: '25000',
  activeSqlTransaction: '25001',
  readOnlySqlTransaction: '25006',
  noActiveSqlTransaction: '25P01',
  inFailedSqlTransaction: '25P02',
  idleInTransactionSessionTimeout: '25P03',
  invalidSqlStatementName: '26000',
  invalidAuthorizationSpecification: '28000',
  invalidPassword: '28P01',
  dependentObjectsStillExist: '2BP01',
  invalidCursorName: '34000',
  invalidSavepointSpecification: '3B001',
  invalidCatalogName: '3D000',
  invalidSchemaName: '3F000',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  generatedAlways: '428C9',
  syntaxError: '42601',
  insufficientPrivilege: '42501',
  invalidName: '42602',
  nameTooLong: '42622',
  reservedName: '42939',
  cannotCoerce: '42846',
  groupingError: '42803',
  windowingError: '42P20',
  invalidRecursion: '42P19',
  invalidForeignKey: '42830',
  undefinedColumn: '42703',
  undefinedFunction: '42883',
  undefinedTable: '42P01',
  undefinedParameter: '42P02',
  undefinedObject: '42704',
  duplicateColumn: '42701',
  duplicateCursor: '42P03',
  duplicateDatabase: '42P04',
  duplicateFunction: '42723',
  duplicatePreparedStatement: '42P05',
  duplicateSchema: '42P06',
  duplicateTable: '42P07',
  duplicateAlias: '42712',
  duplicateObject: '42710',
  ambiguousColumn: '42702',
  ambiguousFunction: '42725',
  ambiguousParameter: '42P08',
  ambiguousAlias: '42P09',
  invalidColumnReference: '42P10',
  invalidColumnDefinition: '42611',
  invalidCursorDefinition: '42P11',
  invalidDatabaseDefinition: '42P12',
  invalidFunctionDefinition: '42P13',
  invalidSchemaDefinition: '42P15',
  invalidTableDefinition: '42P16',
  invalidObjectDefinition: '42P17',
  indeterminateDatatype: '42P18',
  undefinedFile: '58P01',
  datatypeMismatch: '42804',
  wrongObjectType: '42809',
  collationMismatch: '42P21',
  diskFull: '53100',
  outOfMemory: '53200',
  tooManyConnections: '53300',
  configurationLimitExceeded: '53400',
  programLimitExceeded: '54000',
  statementTooComplex: '54001',
  tooManyColumns: '54011',
  tooManyArguments: '54023',
  objectNotInPrerequisiteState: '55000',
  objectInUse: '55006',
  cantChangeRuntimeParam: '55P02',
  lockNotAvailable: '55P03',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  crashShutdown: '57P02',
  cannotConnectNow: '57P03',
  databaseDropped: '57P04',
  idleSessionTimeout: '57P05',
  ioError: '58030',
  snapshotTooOld: '72000',
  internalError: 'XX000',
  dataCorrupted: 'XX001',
} as const;

export type SqlState = (typeof sqlState)[keyof typeof sqlState];

/** The one way to refuse what is not built yet. */
export function notSupported(feature: string, position?: number): SqlError {
  return new SqlError('0A000', `${feature} is not supported`, { position });
}
