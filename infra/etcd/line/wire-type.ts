/** How protobuf tells what follows a field's number: a number, or so many bytes. */
export const wireType = { number: 0, bytes: 2 } as const;
