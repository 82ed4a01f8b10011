/** Trained models over HTTP, by the Open Inference Protocol. */
@PublicApi
package org.steadygrad.serve;

import org.steadygrad.check.PublicApi;
