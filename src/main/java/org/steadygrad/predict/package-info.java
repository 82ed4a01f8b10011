/** Trained models in use: predictions in the units of the data, for programs and for files. */
package org.steadygrad.predict;
