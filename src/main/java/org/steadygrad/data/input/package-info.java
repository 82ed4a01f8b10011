/**
 * Files as they come: found, unpacked and read with errors that name file and line. Every kind of data reads through
 * {@link org.steadygrad.data.input.DataFile}.
 */
@PublicApi
package org.steadygrad.data.input;

import org.steadygrad.check.PublicApi;
