/**
 * The system catalogs of PostgreSQL 15 as facts: OIDs, names, columns (`name:type`, ! for NOT NULL) and indexes.
 * system-tables.ts reads this text. A few statistics types that nobody reads are stored as bytea.
 *
 *   table <oid> <name> <row type oid> [shared]
 *     <column>:<type>[!] …
 *     index <oid> <name> primary|unique|plain <columns …>
 */
export const systemTableData = `
table 826 pg_default_acl 10088
  oid:oid! defaclrole:oid! defaclnamespace:oid! defaclobjtype:char! defaclacl:_aclitem!
  index 827 pg_default_acl_role_nsp_obj_index unique defaclrole defaclnamespace defaclobjtype
  index 828 pg_default_acl_oid_index primary oid
table 1213 pg_tablespace 10056 shared
  oid:oid! spcname:name! spcowner:oid! spcacl:_aclitem spcoptions:_text
  index 2697 pg_tablespace_oid_index primary oid
  index 2698 pg_tablespace_spcname_index unique spcname
table 1214 pg_shdepend 10060 shared
  dbid:oid! classid:oid! objid:oid! objsubid:int4! refclassid:oid! refobjid:oid! deptype:char!
  index 1232 pg_shdepend_depender_index plain dbid classid objid objsubid
  index 1233 pg_shdepend_reference_index plain refclassid refobjid
table 1247 pg_type 71
  oid:oid! typname:name! typnamespace:oid! typowner:oid! typlen:int2! typbyval:bool! typtype:char! typcategory:char!
  typispreferred:bool! typisdefined:bool! typdelim:char! typrelid:oid! typsubscript:regproc! typelem:oid!
  typarray:oid! typinput:regproc! typoutput:regproc! typreceive:regproc! typsend:regproc! typmodin:regproc!
  typmodout:regproc! typanalyze:regproc! typalign:char! typstorage:char! typnotnull:bool! typbasetype:oid!
  typtypmod:int4! typndims:int4! typcollation:oid! typdefaultbin:pg_node_tree typdefault:text typacl:_aclitem
  index 2703 pg_type_oid_index primary oid
  index 2704 pg_type_typname_nsp_index unique typname typnamespace
table 1249 pg_attribute 75
  attrelid:oid! attname:name! atttypid:oid! attstattarget:int4! attlen:int2! attnum:int2! attndims:int4!
  attcacheoff:int4! atttypmod:int4! attbyval:bool! attalign:char! attstorage:char! attcompression:char!
  attnotnull:bool! atthasdef:bool! atthasmissing:bool! attidentity:char! attgenerated:char! attisdropped:bool!
  attislocal:bool! attinhcount:int4! attcollation:oid! attacl:_aclitem attoptions:_text attfdwoptions:_text
  attmissingval:anyarray
  index 2658 pg_attribute_relid_attnam_index unique attrelid attname
  index 2659 pg_attribute_relid_attnum_index primary attrelid attnum
table 1255 pg_proc 81
  oid:oid! proname:name! pronamespace:oid! proowner:oid! prolang:oid! procost:float4! prorows:float4! provariadic:oid!
  prosupport:regproc! prokind:char! prosecdef:bool! proleakproof:bool! proisstrict:bool! proretset:bool!
  provolatile:char! proparallel:char! pronargs:int2! pronargdefaults:int2! prorettype:oid! proargtypes:oidvector!
  proallargtypes:_oid proargmodes:_char proargnames:_text proargdefaults:pg_node_tree protrftypes:_oid prosrc:text!
  probin:text prosqlbody:pg_node_tree proconfig:_text proacl:_aclitem
  index 2690 pg_proc_oid_index primary oid
  index 2691 pg_proc_proname_args_nsp_index unique proname proargtypes pronamespace
table 1259 pg_class 83
  oid:oid! relname:name! relnamespace:oid! reltype:oid! reloftype:oid! relowner:oid! relam:oid! relfilenode:oid!
  reltablespace:oid! relpages:int4! reltuples:float4! relallvisible:int4! reltoastrelid:oid! relhasindex:bool!
  relisshared:bool! relpersistence:char! relkind:char! relnatts:int2! relchecks:int2! relhasrules:bool!
  relhastriggers:bool! relhassubclass:bool! relrowsecurity:bool! relforcerowsecurity:bool! relispopulated:bool!
  relreplident:char! relispartition:bool! relrewrite:oid! relfrozenxid:xid! relminmxid:xid! relacl:_aclitem
  reloptions:_text relpartbound:pg_node_tree
  index 2662 pg_class_oid_index primary oid
  index 2663 pg_class_relname_nsp_index unique relname relnamespace
  index 3455 pg_class_tblspc_relfilenode_index plain reltablespace relfilenode
table 1260 pg_authid 2842 shared
  oid:oid! rolname:name! rolsuper:bool! rolinherit:bool! rolcreaterole:bool! rolcreatedb:bool! rolcanlogin:bool!
  rolreplication:bool! rolbypassrls:bool! rolconnlimit:int4! rolpassword:text rolvaliduntil:timestamptz
  index 2676 pg_authid_rolname_index unique rolname
  index 2677 pg_authid_oid_index primary oid
table 1261 pg_auth_members 2843 shared
  roleid:oid! member:oid! grantor:oid! admin_option:bool!
  index 2694 pg_auth_members_role_member_index primary roleid member
  index 2695 pg_auth_members_member_role_index unique member roleid
table 1262 pg_database 1248 shared
  oid:oid! datname:name! datdba:oid! encoding:int4! datlocprovider:char! datistemplate:bool! datallowconn:bool!
  datconnlimit:int4! datfrozenxid:xid! datminmxid:xid! dattablespace:oid! datcollate:text! datctype:text!
  daticulocale:text datcollversion:text datacl:_aclitem
  index 2671 pg_database_datname_index unique datname
  index 2672 pg_database_oid_index primary oid
table 1417 pg_foreign_server 10078
  oid:oid! srvname:name! srvowner:oid! srvfdw:oid! srvtype:text srvversion:text srvacl:_aclitem srvoptions:_text
  index 113 pg_foreign_server_oid_index primary oid
  index 549 pg_foreign_server_name_index unique srvname
table 1418 pg_user_mapping 10080
  oid:oid! umuser:oid! umserver:oid! umoptions:_text
  index 174 pg_user_mapping_oid_index primary oid
  index 175 pg_user_mapping_user_server_index unique umuser umserver
table 2224 pg_sequence 10105
  seqrelid:oid! seqtypid:oid! seqstart:int8! seqincrement:int8! seqmax:int8! seqmin:int8! seqcache:int8!
  seqcycle:bool!
  index 5002 pg_sequence_seqrelid_index primary seqrelid
table 2328 pg_foreign_data_wrapper 10076
  oid:oid! fdwname:name! fdwowner:oid! fdwhandler:oid! fdwvalidator:oid! fdwacl:_aclitem fdwoptions:_text
  index 112 pg_foreign_data_wrapper_oid_index primary oid
  index 548 pg_foreign_data_wrapper_name_index unique fdwname
table 2396 pg_shdescription 10062 shared
  objoid:oid! classoid:oid! description:text!
  index 2397 pg_shdescription_o_c_index primary objoid classoid
table 2600 pg_aggregate 10027
  aggfnoid:regproc! aggkind:char! aggnumdirectargs:int2! aggtransfn:regproc! aggfinalfn:regproc! aggcombinefn:regproc!
  aggserialfn:regproc! aggdeserialfn:regproc! aggmtransfn:regproc! aggminvtransfn:regproc! aggmfinalfn:regproc!
  aggfinalextra:bool! aggmfinalextra:bool! aggfinalmodify:char! aggmfinalmodify:char! aggsortop:oid! aggtranstype:oid!
  aggtransspace:int4! aggmtranstype:oid! aggmtransspace:int4! agginitval:text aggminitval:text
  index 2650 pg_aggregate_fnoid_index primary aggfnoid
table 2601 pg_am 10015
  oid:oid! amname:name! amhandler:regproc! amtype:char!
  index 2651 pg_am_name_index unique amname
  index 2652 pg_am_oid_index primary oid
table 2602 pg_amop 10017
  oid:oid! amopfamily:oid! amoplefttype:oid! amoprighttype:oid! amopstrategy:int2! amoppurpose:char! amopopr:oid!
  amopmethod:oid! amopsortfamily:oid!
  index 2653 pg_amop_fam_strat_index unique amopfamily amoplefttype amoprighttype amopstrategy
  index 2654 pg_amop_opr_fam_index unique amopopr amoppurpose amopfamily
  index 2756 pg_amop_oid_index primary oid
table 2603 pg_amproc 10019
  oid:oid! amprocfamily:oid! amproclefttype:oid! amprocrighttype:oid! amprocnum:int2! amproc:regproc!
  index 2655 pg_amproc_fam_proc_index unique amprocfamily amproclefttype amprocrighttype amprocnum
  index 2757 pg_amproc_oid_index primary oid
table 2604 pg_attrdef 10001
  oid:oid! adrelid:oid! adnum:int2! adbin:pg_node_tree!
  index 2656 pg_attrdef_adrelid_adnum_index unique adrelid adnum
  index 2657 pg_attrdef_oid_index primary oid
table 2605 pg_cast 10043
  oid:oid! castsource:oid! casttarget:oid! castfunc:oid! castcontext:char! castmethod:char!
  index 2660 pg_cast_oid_index primary oid
  index 2661 pg_cast_source_target_index unique castsource casttarget
table 2606 pg_constraint 10003
  oid:oid! conname:name! connamespace:oid! contype:char! condeferrable:bool! condeferred:bool! convalidated:bool!
  conrelid:oid! contypid:oid! conindid:oid! conparentid:oid! confrelid:oid! confupdtype:char! confdeltype:char!
  confmatchtype:char! conislocal:bool! coninhcount:int4! connoinherit:bool! conkey:_int2 confkey:_int2 conpfeqop:_oid
  conppeqop:_oid conffeqop:_oid confdelsetcols:_int2 conexclop:_oid conbin:pg_node_tree
  index 2579 pg_constraint_conparentid_index plain conparentid
  index 2664 pg_constraint_conname_nsp_index plain conname connamespace
  index 2665 pg_constraint_conrelid_contypid_conname_index unique conrelid contypid conname
  index 2666 pg_constraint_contypid_index plain contypid
  index 2667 pg_constraint_oid_index primary oid
table 2607 pg_conversion 10049
  oid:oid! conname:name! connamespace:oid! conowner:oid! conforencoding:int4! contoencoding:int4! conproc:regproc!
  condefault:bool!
  index 2668 pg_conversion_default_index unique connamespace conforencoding contoencoding oid
  index 2669 pg_conversion_name_nsp_index unique conname connamespace
  index 2670 pg_conversion_oid_index primary oid
table 2608 pg_depend 10051
  classid:oid! objid:oid! objsubid:int4! refclassid:oid! refobjid:oid! refobjsubid:int4! deptype:char!
  index 2673 pg_depend_depender_index plain classid objid objsubid
  index 2674 pg_depend_reference_index plain refclassid refobjid refobjsubid
table 2609 pg_description 10041
  objoid:oid! classoid:oid! objsubid:int4! description:text!
  index 2675 pg_description_o_c_o_index primary objoid classoid objsubid
table 2610 pg_index 10007
  indexrelid:oid! indrelid:oid! indnatts:int2! indnkeyatts:int2! indisunique:bool! indnullsnotdistinct:bool!
  indisprimary:bool! indisexclusion:bool! indimmediate:bool! indisclustered:bool! indisvalid:bool! indcheckxmin:bool!
  indisready:bool! indislive:bool! indisreplident:bool! indkey:int2vector! indcollation:oidvector! indclass:oidvector!
  indoption:int2vector! indexprs:pg_node_tree indpred:pg_node_tree
  index 2678 pg_index_indrelid_index plain indrelid
  index 2679 pg_index_indexrelid_index primary indexrelid
table 2611 pg_inherits 10005
  inhrelid:oid! inhparent:oid! inhseqno:int4! inhdetachpending:bool!
  index 2187 pg_inherits_parent_index plain inhparent
  index 2680 pg_inherits_relid_seqno_index primary inhrelid inhseqno
table 2612 pg_language 10021
  oid:oid! lanname:name! lanowner:oid! lanispl:bool! lanpltrusted:bool! lanplcallfoid:oid! laninline:oid!
  lanvalidator:oid! lanacl:_aclitem
  index 2681 pg_language_name_index unique lanname
  index 2682 pg_language_oid_index primary oid
table 2615 pg_namespace 10047
  oid:oid! nspname:name! nspowner:oid! nspacl:_aclitem
  index 2684 pg_namespace_nspname_index unique nspname
  index 2685 pg_namespace_oid_index primary oid
table 2616 pg_opclass 10013
  oid:oid! opcmethod:oid! opcname:name! opcnamespace:oid! opcowner:oid! opcfamily:oid! opcintype:oid! opcdefault:bool!
  opckeytype:oid!
  index 2686 pg_opclass_am_name_nsp_index unique opcmethod opcname opcnamespace
  index 2687 pg_opclass_oid_index primary oid
table 2617 pg_operator 10009
  oid:oid! oprname:name! oprnamespace:oid! oprowner:oid! oprkind:char! oprcanmerge:bool! oprcanhash:bool! oprleft:oid!
  oprright:oid! oprresult:oid! oprcom:oid! oprnegate:oid! oprcode:regproc! oprrest:regproc! oprjoin:regproc!
  index 2688 pg_operator_oid_index primary oid
  index 2689 pg_operator_oprname_l_r_n_index unique oprname oprleft oprright oprnamespace
table 2618 pg_rewrite 10035
  oid:oid! rulename:name! ev_class:oid! ev_type:char! ev_enabled:char! is_instead:bool! ev_qual:pg_node_tree!
  ev_action:pg_node_tree!
  index 2692 pg_rewrite_oid_index primary oid
  index 2693 pg_rewrite_rel_rulename_index unique ev_class rulename
table 2619 pg_statistic 10029
  starelid:oid! staattnum:int2! stainherit:bool! stanullfrac:float4! stawidth:int4! stadistinct:float4! stakind1:int2!
  stakind2:int2! stakind3:int2! stakind4:int2! stakind5:int2! staop1:oid! staop2:oid! staop3:oid! staop4:oid!
  staop5:oid! stacoll1:oid! stacoll2:oid! stacoll3:oid! stacoll4:oid! stacoll5:oid! stanumbers1:_float4
  stanumbers2:_float4 stanumbers3:_float4 stanumbers4:_float4 stanumbers5:_float4 stavalues1:anyarray
  stavalues2:anyarray stavalues3:anyarray stavalues4:anyarray stavalues5:anyarray
  index 2696 pg_statistic_relid_att_inh_index primary starelid staattnum stainherit
table 2620 pg_trigger 10037
  oid:oid! tgrelid:oid! tgparentid:oid! tgname:name! tgfoid:oid! tgtype:int2! tgenabled:char! tgisinternal:bool!
  tgconstrrelid:oid! tgconstrindid:oid! tgconstraint:oid! tgdeferrable:bool! tginitdeferred:bool! tgnargs:int2!
  tgattr:int2vector! tgargs:bytea! tgqual:pg_node_tree tgoldtable:name tgnewtable:name
  index 2699 pg_trigger_tgconstraint_index plain tgconstraint
  index 2701 pg_trigger_tgrelid_tgname_index unique tgrelid tgname
  index 2702 pg_trigger_oid_index primary oid
table 2753 pg_opfamily 10011
  oid:oid! opfmethod:oid! opfname:name! opfnamespace:oid! opfowner:oid!
  index 2754 pg_opfamily_am_name_nsp_index unique opfmethod opfname opfnamespace
  index 2755 pg_opfamily_oid_index primary oid
table 2964 pg_db_role_setting 10054 shared
  setdatabase:oid! setrole:oid! setconfig:_text
  index 2965 pg_db_role_setting_databaseid_rol_index primary setdatabase setrole
table 3079 pg_extension 10074
  oid:oid! extname:name! extowner:oid! extnamespace:oid! extrelocatable:bool! extversion:text! extconfig:_oid
  extcondition:_text
  index 3080 pg_extension_oid_index primary oid
  index 3081 pg_extension_name_index unique extname
table 3118 pg_foreign_table 10082
  ftrelid:oid! ftserver:oid! ftoptions:_text
  index 3119 pg_foreign_table_relid_index primary ftrelid
table 3256 pg_policy 10084
  oid:oid! polname:name! polrelid:oid! polcmd:char! polpermissive:bool! polroles:_oid! polqual:pg_node_tree
  polwithcheck:pg_node_tree
  index 3257 pg_policy_oid_index primary oid
  index 3258 pg_policy_polrelid_polname_index unique polrelid polname
table 3350 pg_partitioned_table 10099
  partrelid:oid! partstrat:char! partnatts:int2! partdefid:oid! partattrs:int2vector! partclass:oidvector!
  partcollation:oidvector! partexprs:pg_node_tree
  index 3351 pg_partitioned_table_partrelid_index primary partrelid
table 3381 pg_statistic_ext 10031
  oid:oid! stxrelid:oid! stxname:name! stxnamespace:oid! stxowner:oid! stxstattarget:int4! stxkeys:int2vector!
  stxkind:_char! stxexprs:pg_node_tree
  index 3379 pg_statistic_ext_relid_index plain stxrelid
  index 3380 pg_statistic_ext_oid_index primary oid
  index 3997 pg_statistic_ext_name_index unique stxname stxnamespace
table 3394 pg_init_privs 10090
  objoid:oid! classoid:oid! objsubid:int4! privtype:char! initprivs:_aclitem!
  index 3395 pg_init_privs_o_c_o_index primary objoid classoid objsubid
table 3429 pg_statistic_ext_data 10033
  stxoid:oid! stxdinherit:bool! stxdndistinct:bytea stxddependencies:bytea stxdmcv:bytea
  stxdexpr:bytea
  index 3433 pg_statistic_ext_data_stxoid_inh_index primary stxoid stxdinherit
table 3456 pg_collation 10095
  oid:oid! collname:name! collnamespace:oid! collowner:oid! collprovider:char! collisdeterministic:bool!
  collencoding:int4! collcollate:text collctype:text colliculocale:text collversion:text
  index 3085 pg_collation_oid_index primary oid
  index 3164 pg_collation_name_enc_nsp_index unique collname collencoding collnamespace
table 3466 pg_event_trigger 10039
  oid:oid! evtname:name! evtevent:name! evtowner:oid! evtfoid:oid! evtenabled:char! evttags:_text
  index 3467 pg_event_trigger_evtname_index unique evtname
  index 3468 pg_event_trigger_oid_index primary oid
table 3501 pg_enum 10045
  oid:oid! enumtypid:oid! enumsortorder:float4! enumlabel:name!
  index 3502 pg_enum_oid_index primary oid
  index 3503 pg_enum_typid_label_index unique enumtypid enumlabel
  index 3534 pg_enum_typid_sortorder_index unique enumtypid enumsortorder
table 3541 pg_range 10101
  rngtypid:oid! rngsubtype:oid! rngmultitypid:oid! rngcollation:oid! rngsubopc:oid! rngcanonical:regproc!
  rngsubdiff:regproc!
  index 2228 pg_range_rngmultitypid_index unique rngmultitypid
  index 3542 pg_range_rngtypid_index primary rngtypid
table 3576 pg_transform 10103
  oid:oid! trftype:oid! trflang:oid! trffromsql:regproc! trftosql:regproc!
  index 3574 pg_transform_oid_index primary oid
  index 3575 pg_transform_type_lang_index unique trftype trflang
table 3592 pg_shseclabel 4066 shared
  objoid:oid! classoid:oid! provider:text! label:text!
  index 3593 pg_shseclabel_object_index primary objoid classoid provider
table 3596 pg_seclabel 10092
  objoid:oid! classoid:oid! objsubid:int4! provider:text! label:text!
  index 3597 pg_seclabel_object_index primary objoid classoid objsubid provider
table 3600 pg_ts_dict 10068
  oid:oid! dictname:name! dictnamespace:oid! dictowner:oid! dicttemplate:oid! dictinitoption:text
  index 3604 pg_ts_dict_dictname_index unique dictname dictnamespace
  index 3605 pg_ts_dict_oid_index primary oid
table 3601 pg_ts_parser 10070
  oid:oid! prsname:name! prsnamespace:oid! prsstart:regproc! prstoken:regproc! prsend:regproc! prsheadline:regproc!
  prslextype:regproc!
  index 3606 pg_ts_parser_prsname_index unique prsname prsnamespace
  index 3607 pg_ts_parser_oid_index primary oid
table 3602 pg_ts_config 10064
  oid:oid! cfgname:name! cfgnamespace:oid! cfgowner:oid! cfgparser:oid!
  index 3608 pg_ts_config_cfgname_index unique cfgname cfgnamespace
  index 3712 pg_ts_config_oid_index primary oid
table 3603 pg_ts_config_map 10066
  mapcfg:oid! maptokentype:int4! mapseqno:int4! mapdict:oid!
  index 3609 pg_ts_config_map_index primary mapcfg maptokentype mapseqno
table 3764 pg_ts_template 10072
  oid:oid! tmplname:name! tmplnamespace:oid! tmplinit:regproc! tmpllexize:regproc!
  index 3766 pg_ts_template_tmplname_index unique tmplname tmplnamespace
  index 3767 pg_ts_template_oid_index primary oid
table 6000 pg_replication_origin 10086 shared
  roident:oid! roname:text!
  index 6001 pg_replication_origin_roiident_index primary roident
  index 6002 pg_replication_origin_roname_index unique roname
table 6100 pg_subscription 6101 shared
  oid:oid! subdbid:oid! subskiplsn:pg_lsn! subname:name! subowner:oid! subenabled:bool! subbinary:bool!
  substream:bool! subtwophasestate:char! subdisableonerr:bool! subconninfo:text! subslotname:name subsynccommit:text!
  subpublications:_text!
  index 6114 pg_subscription_oid_index primary oid
  index 6115 pg_subscription_subname_index unique subdbid subname
table 6102 pg_subscription_rel 10114
  srsubid:oid! srrelid:oid! srsubstate:char! srsublsn:pg_lsn
  index 6117 pg_subscription_rel_srrelid_srsubid_index primary srrelid srsubid
table 6104 pg_publication 10107
  oid:oid! pubname:name! pubowner:oid! puballtables:bool! pubinsert:bool! pubupdate:bool! pubdelete:bool!
  pubtruncate:bool! pubviaroot:bool!
  index 6110 pg_publication_oid_index primary oid
  index 6111 pg_publication_pubname_index unique pubname
table 6106 pg_publication_rel 10111
  oid:oid! prpubid:oid! prrelid:oid! prqual:pg_node_tree prattrs:int2vector
  index 6112 pg_publication_rel_oid_index primary oid
  index 6113 pg_publication_rel_prrelid_prpubid_index unique prrelid prpubid
  index 6116 pg_publication_rel_prpubid_index plain prpubid
table 6237 pg_publication_namespace 10109
  oid:oid! pnpubid:oid! pnnspid:oid!
  index 6238 pg_publication_namespace_oid_index primary oid
  index 6239 pg_publication_namespace_pnnspid_pnpubid_index unique pnnspid pnpubid
table 6243 pg_parameter_acl 10097 shared
  oid:oid! parname:text! paracl:_aclitem
  index 6246 pg_parameter_acl_parname_index unique parname
  index 6247 pg_parameter_acl_oid_index primary oid
`;
