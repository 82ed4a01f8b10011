/**
 * Run files: read, written and documented from the records of {@link org.steadygrad.spec}, which are the only home of
 * names, docs and defaults. YAML is only ever composed into nodes; no class that a file names is instantiated.
 */
@PublicApi
package org.steadygrad.spec.yaml;

import org.steadygrad.check.PublicApi;
