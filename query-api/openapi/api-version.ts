/** Of the API: raised with whatever a client could notice. */
export const apiVersion = '1.0.0';
