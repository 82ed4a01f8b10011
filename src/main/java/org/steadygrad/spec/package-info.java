/**
 * The run file as validated records: the only home of names, documentation and defaults of all settings. A record that exists is valid; reading,
 * writing and the reference follow from its components by reflection ({@link org.steadygrad.spec.Doc},
 * {@link org.steadygrad.spec.Default}).
 *
 * <p>Uses {@code check} alone. Begin with {@link org.steadygrad.spec.RunSpec}, whose components lead to all others.
 */
@PublicApi
package org.steadygrad.spec;

import org.steadygrad.check.PublicApi;
