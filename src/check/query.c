/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "check/query.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define REPETITIONS 25
#define VALUES_MAX 1000000 /* more cannot be a table of managers */
#define US_PER_S 1000000L

const char query_no_objects[] =
    "the SNMP agent has no objects of LDM-DISCOVERY-MIB: ldm-agentx does not run or does not "
    "answer, is not connected to snmpd, or snmpd's view hides them";

static const oid objects_root[] = {MIB_ROOT, 1};

struct query {
	netsnmp_session *session;
	const char *host;
	enum report_state if_hung;
	oid next[MAX_OID_LEN];
	size_t next_len;
};

/* Only the result is printed, whatever the library has to say. */
static int
ignore_log(netsnmp_log_handler *handler, int level, const char *text)
{
	(void)handler;
	(void)level;
	(void)text;
	return 1;
}

static void
start_library(void)
{
	netsnmp_log_handler *handler;

	snmp_disable_log();
	handler = netsnmp_register_loghandler(NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
	if (handler != NULL)
		handler->handler = ignore_log;
	/* No modules are needed; by default the library would load many. */
	if (setenv("MIBS", "", 1) < 0)
		report_unknown("out of memory");
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE, 1);
	init_snmp("check_ldm");
}

static int
security_level(const char *name)
{
	if (strcasecmp(name, "noAuthNoPriv") == 0)
		return SNMP_SEC_LEVEL_NOAUTH;
	if (strcasecmp(name, "authNoPriv") == 0)
		return SNMP_SEC_LEVEL_AUTHNOPRIV;
	if (strcasecmp(name, "authPriv") == 0)
		return SNMP_SEC_LEVEL_AUTHPRIV;
	report_unknown("option -L: expected noAuthNoPriv, authNoPriv or authPriv");
}

/* The key of a passphrase, for the session's authentication protocol. */
static void
make_key(const netsnmp_session *session, const char *what, const char *passphrase, u_char *key,
	 size_t *key_len)
{
	if (strlen(passphrase) < USM_LENGTH_P_MIN)
		report_unknown("the %s passphrase has fewer than %d characters", what,
			       USM_LENGTH_P_MIN);
	*key_len = USM_AUTH_KU_LEN;
	if (generate_Ku(session->securityAuthProto, (u_int)session->securityAuthProtoLen,
			(const u_char *)passphrase, strlen(passphrase), key,
			key_len) != SNMPERR_SUCCESS)
		report_unknown("no key can be made from the %s passphrase", what);
}

static void
set_authentication(netsnmp_session *session, const struct query_options *options)
{
	const char *name = options->auth_protocol;
	int type = name != NULL ? usm_lookup_auth_type(name) : NETSNMP_USMAUTH_HMACMD5;

	if (type <= 0)
		report_unknown("option -a: unknown authentication protocol");
	if (name != NULL || options->auth_passphrase != NULL)
		session->securityAuthProto = sc_get_auth_oid(type, &session->securityAuthProtoLen);
	if (options->auth_passphrase != NULL)
		make_key(session, "authentication", options->auth_passphrase,
			 session->securityAuthKey, &session->securityAuthKeyLen);
}

static void
set_privacy(netsnmp_session *session, const struct query_options *options)
{
	const char *name = options->priv_protocol;
	int type = name != NULL ? usm_lookup_priv_type(name) : USM_CREATE_USER_PRIV_AES;

	if (type <= 0)
		report_unknown("option -x: unknown privacy protocol");
	if (name != NULL || options->priv_passphrase != NULL)
		session->securityPrivProto = sc_get_priv_oid(type, &session->securityPrivProtoLen);
	if (options->priv_passphrase == NULL)
		return;
	if (session->securityAuthProto == NULL)
		report_unknown("option -X needs option -a or -A");
	make_key(session, "privacy", options->priv_passphrase, session->securityPrivKey,
		 &session->securityPrivKeyLen);
}

static void
set_user(netsnmp_session *session, const struct query_options *options)
{
	session->version = SNMP_VERSION_3;
	session->securityName = options->user;
	session->securityNameLen = options->user != NULL ? strlen(options->user) : 0;
	session->contextName = options->context;
	session->contextNameLen = options->context != NULL ? strlen(options->context) : 0;
	if (options->level != NULL)
		session->securityLevel = security_level(options->level);
	set_authentication(session, options);
	set_privacy(session, options);
}

static void
set_community(netsnmp_session *session, const struct query_options *options)
{
	session->version = options->version == QUERY_V1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
	if (options->community == NULL)
		return;
	session->community = (u_char *)options->community;
	session->community_len = strlen(options->community);
}

struct query *
query_new(const struct query_options *options)
{
	struct query *query = calloc(1, sizeof(*query));
	bool brackets = strchr(options->host, ':') != NULL;
	netsnmp_session session;
	char peer[300];

	if (query == NULL)
		report_unknown("out of memory");
	query->host = options->host;
	query->if_hung = options->if_hung;
	start_library();
	snmp_sess_init(&session);
	snprintf(peer, sizeof(peer), "%s:%s%s%s:%s", options->transport, brackets ? "[" : "",
		 options->host, brackets ? "]" : "", options->port);
	session.peername = peer;
	session.retries = (int)options->retries;
	session.timeout = (long)options->timeout_s * US_PER_S / (long)(options->retries + 1);
	if (options->version == QUERY_V3)
		set_user(&session, options);
	else
		set_community(&session, options);
	query->session = snmp_open(&session);
	if (query->session == NULL) {
		char *why;

		snmp_error(&session, NULL, NULL, &why);
		report_unknown("%s: %s", options->host, why);
	}
	return query;
}

void
query_free(struct query *query)
{
	if (query == NULL)
		return;
	snmp_close(query->session);
	free(query);
}

static netsnmp_pdu *
next_request(const struct query *query)
{
	bool bulk = query->session->version != SNMP_VERSION_1;
	netsnmp_pdu *pdu = snmp_pdu_create(bulk ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT);

	if (pdu == NULL || snmp_add_null_var(pdu, query->next, query->next_len) == NULL)
		report_unknown("out of memory");
	if (bulk) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = REPETITIONS;
	}
	return pdu;
}

/* The response to a request, which is consumed; NULL if an agent of SNMPv1 has no such object. */
static netsnmp_pdu *
response_to(const struct query *query, netsnmp_pdu *request)
{
	netsnmp_pdu *response = NULL;
	int status = snmp_synch_response(query->session, request, &response);

	if (status == STAT_TIMEOUT)
		report_unknown("%s does not answer SNMP: it is not reachable, snmpd does not "
			       "run, or it refuses the community or the user",
			       query->host);
	if (status != STAT_SUCCESS || response == NULL) {
		char *why;

		snmp_error(query->session, NULL, NULL, &why);
		report_unknown("%s: %s", query->host, why);
	}
	if (response->errstat == SNMP_ERR_NOSUCHNAME) {
		snmp_free_pdu(response);
		return NULL;
	}
	if (response->errstat == SNMP_ERR_GENERR)
		report_end(query->if_hung, "%s: genErr: ldm-agentx does not answer snmpd",
			   query->host);
	if (response->errstat != SNMP_ERR_NOERROR)
		report_unknown("%s: %s", query->host, snmp_errstring((int)response->errstat));
	return response;
}

static uint32_t
index_of(const oid *arcs, size_t count)
{
	if (count == 4)
		return (uint32_t)(arcs[0] << 24 | arcs[1] << 16 | arcs[2] << 8 | arcs[3]);
	return count > 0 ? (uint32_t)arcs[0] : 0;
}

static void
set_value(struct query_value *value, const netsnmp_variable_list *variable)
{
	struct in_addr address;

	value->number = 0;
	value->text[0] = '\0';
	switch (variable->type) {
	case ASN_OCTET_STR:
		report_text((const char *)variable->val.string, variable->val_len, value->text,
			    sizeof(value->text));
		break;
	case ASN_IPADDRESS:
		if (variable->val_len != sizeof(address))
			break;
		memcpy(&address, variable->val.string, sizeof(address));
		value->number = ntohl(address.s_addr);
		break;
	case ASN_INTEGER:
	case ASN_COUNTER:
	case ASN_GAUGE:
		value->number = (uint32_t)*variable->val.integer;
		break;
	default:
		report_unknown("a value has an unexpected type: another MIB is there");
	}
}

static bool
is_absent(const netsnmp_variable_list *variable)
{
	return variable->type == SNMP_ENDOFMIBVIEW || variable->type == SNMP_NOSUCHOBJECT ||
	       variable->type == SNMP_NOSUCHINSTANCE;
}

/* Whether the variable is an instance below the object, and after those before. */
static bool
is_next(struct query *query, const oid *object, size_t object_len,
	const netsnmp_variable_list *variable)
{
	if (is_absent(variable) ||
	    netsnmp_oid_is_subtree(object, object_len, variable->name, variable->name_length) != 0)
		return false;
	if (snmp_oid_compare(variable->name, variable->name_length, query->next, query->next_len) <=
	    0)
		report_unknown("%s: the agent's objects are not in order", query->host);
	memcpy(query->next, variable->name, variable->name_length * sizeof(oid));
	query->next_len = variable->name_length;
	return true;
}

static size_t
object_name(const struct query_object *object, oid *name)
{
	size_t len = object->len;

	assert(len <= ARRAY_LEN(object->arcs));
	memcpy(name, objects_root, sizeof(objects_root));
	for (size_t i = 0; i < len; i++)
		name[ARRAY_LEN(objects_root) + i] = object->arcs[i];
	return ARRAY_LEN(objects_root) + len;
}

size_t
query_walk(struct query *query, const struct query_object *object, query_fn *fn, void *arg)
{
	oid base[ARRAY_LEN(objects_root) + ARRAY_LEN(object->arcs)];
	size_t base_len = object_name(object, base);
	size_t count = 0;
	bool ended = false;

	memcpy(query->next, base, base_len * sizeof(oid));
	query->next_len = base_len;
	while (!ended) {
		netsnmp_pdu *response = response_to(query, next_request(query));
		const netsnmp_variable_list *variable =
		    response != NULL ? response->variables : NULL;

		ended = variable == NULL;
		for (; variable != NULL && !ended; variable = variable->next_variable) {
			struct query_value value;

			ended = !is_next(query, base, base_len, variable);
			if (ended)
				break;
			if (++count > VALUES_MAX)
				report_unknown("%s: the agent has too many objects", query->host);
			value.index =
			    index_of(variable->name + base_len, variable->name_length - base_len);
			set_value(&value, variable);
			fn(arg, &value);
		}
		if (response != NULL)
			snmp_free_pdu(response);
	}
	return count;
}

bool
query_get(struct query *query, const struct query_object *column, uint32_t address,
	  struct query_value *value)
{
	oid name[ARRAY_LEN(objects_root) + ARRAY_LEN(column->arcs) + sizeof(address)];
	size_t len = object_name(column, name);
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GET);
	netsnmp_pdu *response;
	const netsnmp_variable_list *variable;
	bool found;

	for (int shift = 24; shift >= 0; shift -= 8)
		name[len++] = address >> shift & 0xff;
	if (request == NULL || snmp_add_null_var(request, name, len) == NULL)
		report_unknown("out of memory");
	response = response_to(query, request);
	if (response == NULL)
		return false;
	variable = response->variables;
	found = variable != NULL && !is_absent(variable);
	if (found) {
		value->index = address;
		set_value(value, variable);
	}
	snmp_free_pdu(response);
	return found;
}
