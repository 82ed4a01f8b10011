/** Trained models in use: predictions in the units of the data, for programs and for files. */
@PublicApi
package org.steadygrad.predict;

import org.steadygrad.check.PublicApi;
