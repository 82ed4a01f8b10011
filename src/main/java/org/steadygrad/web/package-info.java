/** What servers of this toolkit have in common: who may use them. */
@Internal
package org.steadygrad.web;

import org.steadygrad.check.Internal;
